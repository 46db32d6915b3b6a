// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>SIGKILL at random moments, under a blast of packets that must not leave.</summary>
/// <remarks>VPN_FIREWALL_KILLS sets how often; VPN_FIREWALL_SEED repeats the moments of an earlier run.</remarks>
public sealed class FirewallKillTests
{
    private static readonly int Kills = FromEnvironment("VPN_FIREWALL_KILLS", 100);
    private static readonly int Seed = FromEnvironment("VPN_FIREWALL_SEED", Environment.TickCount & 0xffff);

    private static readonly string[] Configurations =
        [VpnFirewall.Golden("minimal.conf"), VpnFirewall.Golden("everything.conf")];

    private readonly Random _random = new(Seed);
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
    public async Task Killed_at_random_moments_nothing_lets_anything_out()
    {
        (await VpnFirewall.RunAsync(_wire.Client, "start", "--config", Configurations[0])).ExitCode.Should().Be(0);
        var duration = await DurationAsync();
        using var forbidden = _wire.Client.Open(AddressFamily.InterNetwork, SocketType.Dgram, Wire.OtherUser);
        forbidden.Connect(IPAddress.Parse("203.0.113.80"), 9);
        using (var blast = new Blast(forbidden))
        {
            for (var kill = 0; kill < Kills; kill += 4)
            {
                await KillAsync("start", duration);
                KillWatch(duration);
                await KillUnderWatchAsync("reload", duration);
            }

            blast.Stop();
            blast.Attempts.Should().BeGreaterThan(10L * Kills);
            blast.Taken.Should().Be(0, "of {0} attempts, seed {1}", blast.Attempts, Seed);
            (await _wire.ArrivedAsync()).Should().Be(0);
            TestContext.Out.WriteLine($"{Kills} kills, {blast.Attempts} attempts, none left (seed {Seed})");
        }

        using var control = new Blast(forbidden);
        (await VpnFirewall.RunAsync(_wire.Client, "flush")).ExitCode.Should().Be(0);
        await Traffic.Eventually.HoldsAsync(async () => (await _wire.ArrivedAsync()).Should().BePositive());
    }

    private async Task<TimeSpan> DurationAsync()
    {
        var watch = Stopwatch.StartNew();
        await VpnFirewall.RunAsync(_wire.Client, "reload", "--config", Configurations[1]);
        return watch.Elapsed;
    }

    /// <summary>One verb, killed within one and a half of its usual time.</summary>
    private async Task KillAsync(string verb, TimeSpan duration)
    {
        var process = VpnFirewall.Start(_wire.Client, verb, "--config", Configurations[_random.Next(2)]);
        process.WaitForExit(Moment(duration));
        process.Kill();
        await ProgramRun.FinishAsync(process);
    }

    /// <summary>A watch, killed while it begins; what it left is adopted by the next one.</summary>
    private void KillWatch(TimeSpan duration)
    {
        using var watch = RunningWatch.Start(_wire.Client, Configurations[_random.Next(2)]);
        watch.Process.WaitForExit(Moment(duration));
    }

    /// <summary>A reload, killed while a watch follows it; then the watch, while it restores what somebody flushed.</summary>
    private async Task KillUnderWatchAsync(string verb, TimeSpan duration)
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, Configurations[_random.Next(2)]);
        await KillAsync(verb, duration);
        await _wire.Client.RunAsync("nft flush ruleset");
        watch.Process.WaitForExit(Moment(TimeSpan.FromMilliseconds(5)));
        await watch.EndAsync("KILL");
    }

    private TimeSpan Moment(TimeSpan duration) => _random.NextDouble() * 1.5 * duration;

    private static int FromEnvironment(string name, int otherwise)
    {
        var value = Environment.GetEnvironmentVariable(name);
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
    }
}
