// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.IntegrationTests.Traffic;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>What passes while the iptables backend's rules are replaced, killed or exchanged, under a blast.</summary>
[TestFixture("nft")]
[TestFixture("legacy")]
public sealed class IptablesReloadTests(string variant)
{
    private const int Reloads = 25;

    /// <summary>VPN_FIREWALL_KILLS sets another number, as for <see cref="FirewallKillTests"/>.</summary>
    private static readonly int Kills =
        int.TryParse(Environment.GetEnvironmentVariable("VPN_FIREWALL_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 20;

    private static readonly string[] Verbs = ["start", "reload"];

    private readonly int _seed = Environment.TickCount & 0xffff;
    private readonly IptablesFirewall _firewall = new(variant);
    private readonly string _config = VpnFirewall.Golden("minimal.conf");
    private Wire _wire = null!;

    [SetUp]
    public async Task SetUp()
    {
        _wire = await Wire.CreateAsync();
        await _wire.Client.RunAsync("ip route del 203.0.113.80");
    }

    [TearDown]
    public void TearDown() => _wire?.Dispose();

    [Test]
    public async Task Reloads_let_nothing_out_and_a_reload_in_two_steps_does()
    {
        await RunAsync("start");
        using var socket = Connected(Wire.OtherUser, "203.0.113.80");
        using (var blast = new Blast(socket))
        {
            for (var reload = 0; reload < Reloads; reload++)
            {
                await RunAsync("reload");
            }

            await AssertNothingLeftAsync(blast);
        }

        using var control = new Blast(socket);
        await RunAsync("flush");
        await RunAsync("start");
        control.Stop();
        (await _wire.ArrivedAsync()).Should().BePositive("the blast must be able to leak");
        TestContext.Out.WriteLine($"control: {control.Taken} of {control.Attempts} left");
    }

    [Test]
    public async Task Reloads_take_nothing_from_the_tunnel()
    {
        await RunAsync("start");

        // Where nobody listens the answer is an error of the next call, which would look like a refusal.
        using var server = _wire.Receiver("203.0.113.10", 1194);
        using var socket = Connected(Wire.TunnelUser, "203.0.113.10");
        using var blast = new Blast(socket);
        for (var reload = 0; reload < Reloads; reload++)
        {
            await RunAsync("reload");
        }

        blast.Stop();
        blast.Taken.Should().Be(blast.Attempts).And.BeGreaterThan(10_000);
        TestContext.Out.WriteLine($"out {blast.Taken} of {blast.Attempts}");
    }

    [Test]
    public async Task Switching_between_the_backends_lets_nothing_out_and_leaves_one_of_them()
    {
        await RunAsync("start");
        using var socket = Connected(Wire.OtherUser, "203.0.113.80");
        using var blast = new Blast(socket);
        for (var round = 0; round < 5; round++)
        {
            await _firewall.DoAsync(_wire.Client, "start", "--config", _config, "--backend", "nft");
            (await _firewall.SaveAsync(_wire.Client)).Should().NotContain("VPNFW").And.NotContain("DROP");
            (await VpnFirewall.ListAsync(_wire.Client)).Should().NotBeEmpty();
            await RunAsync("start");
            (await VpnFirewall.ListAsync(_wire.Client)).Should().BeEmpty();
            (await _firewall.IsClosedAsync(_wire.Client, "iptables")).Should().BeTrue();
        }

        await AssertNothingLeftAsync(blast);
    }

    [Test]
    public async Task Killed_at_random_moments_after_a_first_start_it_lets_nothing_out()
    {
        await RunAsync("start");
        var duration = await DurationAsync();
        var random = new Random(_seed);
        using var socket = Connected(Wire.OtherUser, "203.0.113.80");
        using (var blast = new Blast(socket))
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                var config = VpnFirewall.Golden(kill % 2 == 0 ? "everything.conf" : "minimal.conf");
                var process = _firewall.Start(_wire.Client, Verbs[random.Next(2)], "--config", config);
                await KillAsync(process, duration * 1.2 * random.NextDouble());
                (await _firewall.IsClosedAsync(_wire.Client, "ip6tables")).Should().BeTrue("seed {0}", _seed);
                (await _firewall.IsClosedAsync(_wire.Client, "iptables")).Should().BeTrue("seed {0}", _seed);
            }

            TestContext.Out.WriteLine($"{Kills} kills, seed {_seed}");
            await AssertNothingLeftAsync(blast);
        }

        await RunAsync("start");
        using var control = new Blast(socket);
        await RunAsync("flush");
        await Eventually.HoldsAsync(async () => (await _wire.ArrivedAsync()).Should().BePositive("the blast must be able to leak"));
    }

    [Test]
    public async Task Killed_during_the_first_start_it_never_leaves_IPv6_open_behind_a_closed_IPv4()
    {
        await RunAsync("start");
        var duration = await DurationAsync();
        var seen = new List<(bool IPv6, bool IPv4)>();
        for (var kill = 0; kill < Kills; kill++)
        {
            await RunAsync("flush");
            await KillAsync(_firewall.Start(_wire.Client, "start", "--config", _config), duration * 1.2 * kill / Kills);
            seen.Add((await _firewall.IsClosedAsync(_wire.Client, "ip6tables"), await _firewall.IsClosedAsync(_wire.Client, "iptables")));
        }

        TestContext.Out.WriteLine(string.Join(" ", seen.GroupBy(state => state).Select(group => $"{group.Key}: {group.Count()}")));
        seen.Should().OnlyContain(state => state.IPv6 || !state.IPv4);
        seen.Should().Contain((false, false)).And.Contain((true, true), "some kills come too early and some too late");
    }

    private Task RunAsync(string verb) => _firewall.DoAsync(_wire.Client, verb, "--config", _config);

    private async Task<TimeSpan> DurationAsync()
    {
        var watch = Stopwatch.StartNew();
        await RunAsync("start");
        return watch.Elapsed;
    }

    private async Task KillAsync(Process process, TimeSpan after)
    {
        process.WaitForExit(after);
        process.Kill();
        await ProgramRun.FinishAsync(process);

        // A program of iptables that it had started may still be at work.
        await Eventually.HoldsAsync(() => _wire.Client.ProcessIds().Should().Equal(_wire.Client.HolderId));
    }

    private async Task AssertNothingLeftAsync(Blast blast)
    {
        blast.Stop();
        blast.Attempts.Should().BeGreaterThan(10_000);
        blast.Taken.Should().Be(0, "of {0} attempts", blast.Attempts);
        (await _wire.ArrivedAsync()).Should().Be(0);
        TestContext.Out.WriteLine($"{blast.Attempts} attempts, none left");
    }

    private Socket Connected(uint user, string address)
    {
        var socket = _wire.Client.Open(AddressFamily.InterNetwork, SocketType.Dgram, user);
        socket.Connect(IPAddress.Parse(address), 1194);
        return socket;
    }
}
