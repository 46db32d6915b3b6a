// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary><c>vpn-firewall watch</c>: what others do to the rules lets nothing out, and is undone.</summary>
public sealed class FirewallWatchTests
{
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
    public async Task A_foreign_flush_lets_nothing_out_and_is_undone()
    {
        using var forbidden = Forbidden();
        using (var watch = await RunningWatch.ReadyAsync(_wire.Client, _config))
        using (var blast = new Blast(forbidden))
        {
            var gaps = new List<TimeSpan>();
            for (var flush = 0; flush < 10; flush++)
            {
                await _wire.Client.RunAsync("nft flush ruleset");
                await watch.WarningAsync("inet vpn_firewall was removed");
                (await VpnFirewall.ListAsync(_wire.Client)).Should().Be(VpnFirewall.Listing("minimal"));
                gaps.Add(watch.Report.Gaps[^1].Length);
            }

            blast.Stop();
            blast.Attempts.Should().BeGreaterThan(1000);
            blast.Taken.Should().Be(0, "of {0} attempts", blast.Attempts);
            (await _wire.ArrivedAsync()).Should().Be(0);
            watch.Report.GapCount.Should().Be(10);
            TestContext.Out.WriteLine($"{blast.Attempts} attempts, none left; from event to restored (ms): "
                + string.Join(" ", gaps.Select(gap => $"{gap.TotalMilliseconds:F1}")));
            (await watch.EndAsync("TERM")).Should().Be(0);
        }

        // The control: the same flush while nobody watches. The orphaned copy goes with it.
        using var control = new Blast(forbidden);
        await _wire.Client.RunAsync("nft flush ruleset");
        await Traffic.Eventually.HoldsAsync(async () => (await _wire.ArrivedAsync()).Should().BePositive());
    }

    [TestCase("nft delete table inet vpn_firewall", "inet vpn_firewall was removed")]
    [TestCase("nft insert rule inet vpn_firewall output accept", "inet vpn_firewall was changed")]
    [TestCase("nft flush chain inet vpn_firewall guard", "inet vpn_firewall was changed")]
    [TestCase("nft add chain inet vpn_firewall output '{ policy accept; }'", "inet vpn_firewall was changed")]
    [TestCase("nft add table inet vpn_firewall '{ flags dormant; }'", "inet vpn_firewall was put to sleep")]
    [TestCase("nft add set inet vpn_firewall mine '{ type ipv4_addr; }'", "inet vpn_firewall was changed")]
    [TestCase("printf 'flush ruleset\\ntable inet filter { }\\n' | nft -f -", "inet vpn_firewall was removed")]
    public async Task What_others_do_to_the_rules_is_undone_and_told(string deed, string told)
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);

        await _wire.Client.RunAsync(deed);

        await watch.WarningAsync(told);
        (await VpnFirewall.ListAsync(_wire.Client)).Should().Be(VpnFirewall.Listing("minimal"));
        var gap = watch.Report.Gaps.Should().ContainSingle().Subject;
        gap.What.Should().StartWith(told);
        gap.Cause.Should().StartWith("nft (process ");
        gap.Length.Should().BePositive();
    }

    [Test]
    public async Task What_others_do_to_their_own_rules_is_no_gap()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);

        await _wire.Client.RunAsync("nft add table inet docker; nft add chain inet docker forward "
            + "'{ type filter hook forward priority 0; policy accept; }'; iptables-nft -I OUTPUT -j ACCEPT; "
            + "iptables-nft -F; iptables-nft -t nat -F; nft delete table inet docker");
        await _wire.Client.RunAsync("nft flush chain inet vpn_firewall guard");

        await watch.WarningAsync("inet vpn_firewall was changed");
        watch.Report.GapCount.Should().Be(1, "only the last deed was to our rules");
        _wire.Send("203.0.113.80", 9, Wire.OtherUser).Should().BeFalse();
    }

    [Test]
    public async Task A_lawful_reload_is_taken_over_and_is_no_gap()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);
        var other = VpnFirewall.Golden("everything.conf");

        (await VpnFirewall.RunAsync(_wire.Client, "reload", "--config", other)).ExitCode.Should().Be(0);
        (await _wire.Client.RunAsync("nft -s -p list table inet vpn_firewall_watch"))
            .Should().EndWith(Chains(VpnFirewall.Listing("everything")));
        watch.Report.GapCount.Should().Be(0);

        await _wire.Client.RunAsync("nft delete table inet vpn_firewall");
        await watch.WarningAsync("was removed");
        (await VpnFirewall.ListAsync(_wire.Client)).Should().Be(VpnFirewall.Listing("everything"));
    }

    [Test]
    public async Task An_interface_that_appears_is_taken_into_the_second_wall_and_is_no_gap()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);
        (await FramesAsync()).Should().NotContain("late0");

        await _wire.Client.RunAsync("ip link add late0 type veth peer name late1");

        await watch.OutputAsync("watched over");
        (await FramesAsync()).Should().Contain(" late0,").And.Contain(" late1,");
        watch.Report.GapCount.Should().Be(0);
    }

    [Test]
    public async Task An_address_that_the_tunnel_is_given_is_named_by_no_frame_from_then_on()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);
        (await FramesAsync()).Should().NotContain("198.51.100.177");

        await _wire.Client.RunAsync("ip addr add 198.51.100.177/32 dev tun0");

        await watch.OutputAsync("The tunnel's addresses are named");
        (await FramesAsync()).Should().Contain("198.51.100.177");
        (await _wire.Client.RunAsync("nft -s list table netdev vpn_firewall_watch"))
            .Should().EndWith(Chains(await _wire.Client.RunAsync("nft -s list table netdev vpn_firewall")));
        watch.Report.GapCount.Should().Be(0);
    }

    [Test]
    public async Task An_address_of_the_tunnel_that_an_uplink_gets_later_is_refused_no_more()
    {
        await _wire.Client.RunAsync("ip addr add 198.51.100.177/32 dev tun0");
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);
        (await FramesAsync()).Should().Contain("198.51.100.177");

        await _wire.Client.RunAsync("ip addr del 198.51.100.177/32 dev tun0; ip addr add 198.51.100.177/32 dev eth0");

        await watch.OutputAsync("The tunnel's addresses are named");
        (await FramesAsync()).Should().NotContain("198.51.100.177");
        watch.Report.GapCount.Should().Be(0);
    }

    [Test]
    public async Task A_new_address_of_the_tunnel_is_no_reason_to_keep_what_others_did_to_the_rules()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);
        await _wire.Client.RunAsync($"kill -STOP {watch.Process.Id}");
        await _wire.Client.RunAsync("ip addr add 198.51.100.177/32 dev tun0; nft flush chain inet vpn_firewall guard");
        await _wire.Client.RunAsync($"kill -CONT {watch.Process.Id}");

        await watch.OutputAsync("The tunnel's addresses are named");
        (await VpnFirewall.ListAsync(_wire.Client)).Should().Be(VpnFirewall.Listing("minimal"));
        (await FramesAsync()).Should().Contain("198.51.100.177");
        watch.Report.GapCount.Should().Be(1);
    }

    [Test]
    public async Task An_address_loads_no_table_anew()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);
        var before = await TablesAsync();

        await _wire.Client.RunAsync("ip addr add 192.0.2.177/32 dev eth0; ip addr add 198.51.100.177/32 dev tun0");

        await watch.OutputAsync("The tunnel's addresses are named");
        (await TablesAsync()).Should().Be(before);
    }

    [Test]
    public async Task A_hangup_reads_the_configuration_again()
    {
        var folder = Directory.CreateTempSubdirectory("vpn-firewall-");
        var file = Path.Combine(folder.FullName, "a.conf");
        File.Copy(_config, file);
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, file);

        File.Copy(VpnFirewall.Golden("everything.conf"), file, overwrite: true);
        await HangUpAsync(watch);
        await watch.OutputAsync("watched over");
        (await VpnFirewall.ListAsync(_wire.Client)).Should().Be(VpnFirewall.Listing("everything"));

        await File.WriteAllTextAsync(file, "VPN_SERVERS=nowhere\n");
        await HangUpAsync(watch);
        await watch.WarningAsync("a.conf:1");
        await watch.WarningAsync("watched over, but the configured rules are not in force");
        (await VpnFirewall.ListAsync(_wire.Client)).Should().Be(VpnFirewall.Listing("everything"));
        watch.Report.GapCount.Should().Be(0);
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task A_watch_that_is_killed_leaves_a_closed_machine_and_the_next_one_adopts_it()
    {
        using (var killed = await RunningWatch.ReadyAsync(_wire.Client, _config))
        {
            await _wire.Client.RunAsync("nft delete table inet vpn_firewall");
            await killed.EndAsync("KILL");
            await _wire.Client.RunAsync("nft delete table inet vpn_firewall 2>/dev/null || true");
            _wire.Send("203.0.113.80", 9, Wire.OtherUser).Should().BeFalse("the orphaned copy holds");
        }

        using var heir = await RunningWatch.ReadyAsync(_wire.Client, _config);
        await _wire.Client.RunAsync("nft flush ruleset");
        await heir.WarningAsync("was removed");
        _wire.Send("203.0.113.80", 9, Wire.OtherUser).Should().BeFalse();
        _wire.Send("203.0.113.10", 1194, Wire.TunnelUser).Should().BeTrue();
        (await _wire.ArrivedAsync()).Should().Be(1);
    }

    [Test]
    public async Task A_start_after_a_killed_watch_is_not_held_back_by_its_copy()
    {
        var elsewhere = Path.GetTempFileName();
        await File.WriteAllTextAsync(elsewhere, "TUNNEL_USER=1194\nVPN_SERVERS=203.0.113.99:1194/udp\n");
        using (var killed = await RunningWatch.ReadyAsync(_wire.Client, elsewhere))
        {
            await killed.EndAsync("KILL");
        }

        File.Delete(elsewhere);

        (await VpnFirewall.RunAsync(_wire.Client, "start", "--config", _config)).ExitCode.Should().Be(0);

        _wire.Send("203.0.113.10", 1194, Wire.TunnelUser).Should().BeTrue("the new rules are in force");
        _wire.Send("203.0.113.80", 9, Wire.OtherUser).Should().BeFalse();
    }

    [TestCase("TERM")]
    [TestCase("STOP")]
    public async Task Stopping_the_watch_keeps_the_machine_closed_and_only_flush_opens_it(string signal)
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);
        if (signal == "TERM")
        {
            (await watch.EndAsync(signal)).Should().Be(0);
        }
        else
        {
            await _wire.Client.RunAsync($"kill -STOP {watch.Process.Id}");
        }

        _wire.Send("203.0.113.80", 9, Wire.OtherUser).Should().BeFalse();
        var flush = await VpnFirewall.RunAsync(_wire.Client, "flush");
        flush.ExitCode.Should().Be(0, "{0}", flush);

        _wire.Send("203.0.113.80", 9, Wire.OtherUser).Should().BeTrue();
        (await _wire.Client.RunAsync("nft list tables")).Should().NotContain("vpn_firewall");
    }

    [Test]
    public async Task Flush_ends_the_watch()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);

        (await VpnFirewall.RunAsync(_wire.Client, "flush")).ExitCode.Should().Be(0);

        (await watch.ExitAsync()).Should().Be(0);
        (await _wire.Client.RunAsync("nft list tables")).Should().NotContain("vpn_firewall");
        _wire.Send("203.0.113.80", 9, Wire.OtherUser).Should().BeTrue();
    }

    [Test]
    public async Task Two_watches_in_one_namespace_are_refused()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);

        var second = await VpnFirewall.RunAsync(_wire.Client, "watch", "--config", _config);

        second.ExitCode.Should().Be(69, "{0}", second);
        second.Error.Should().Contain($"process {watch.Process.Id}");
    }

    [Test]
    public async Task Two_programs_that_undo_each_other_do_not_take_the_machine()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);
        using var forbidden = Forbidden();
        using var blast = new Blast(forbidden);

        await _wire.Client.RunAsync("for i in $(seq 40); do nft flush ruleset; done");

        await watch.WarningAsync("nft (process ");
        await watch.WarningAsync("again and again");
        watch.Report.Warning.Should().Contain("again and again");
        var listing = VpnFirewall.Listing("minimal");
        await Traffic.Eventually.HoldsAsync(async () =>
            (await VpnFirewall.ListAsync(_wire.Client)).Should().Be(listing));
        blast.Stop();
        blast.Taken.Should().Be(0, "the copies hold meanwhile");
        watch.Report.GapCount.Should().BeLessThan(30);
    }

    [Test]
    public async Task When_more_happens_than_can_be_heard_everything_is_compared()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);
        var elements = string.Join(", ", Enumerable.Range(0, 60_000).Select(n => $"10.{n >> 16}.{n >> 8 & 255}.{n & 255}"));
        await _wire.Client.RunAsync($"kill -STOP {watch.Process.Id}");

        await _wire.Client.LoadAsync(
            $"table ip blocklist {{\nset bad {{\ntype ipv4_addr\nelements = {{ {elements} }}\n}}\n}}\n");
        await _wire.Client.RunAsync("nft delete table inet vpn_firewall");
        await _wire.Client.RunAsync($"kill -CONT {watch.Process.Id}");

        await watch.WarningAsync("more changes at once than could be heard");
        (await VpnFirewall.ListAsync(_wire.Client)).Should().Be(VpnFirewall.Listing("minimal"));
    }

    [Test]
    public async Task An_idle_watch_is_small_and_takes_no_time()
    {
        using var watch = await RunningWatch.ReadyAsync(_wire.Client, _config);
        await _wire.Client.RunAsync("nft delete table inet vpn_firewall");
        await watch.WarningAsync("restored after");
        // Having said so it listens again.
        await Traffic.Eventually.HoldsAsync(async () => (await StatusAsync(watch, "State")).Should().Contain("sleeping"));
        var before = await WakesAsync(watch);

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2));
        await timer.WaitForNextTickAsync();

        (await WakesAsync(watch)).Should().Be(before, "nothing is polled");
        var resident = await StatusAsync(watch, "VmRSS");
        TestContext.Out.WriteLine(resident);
        long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]).Should().BeLessThan(20 * 1024);
    }

    /// <summary>How often its main thread has waited.</summary>
    private static Task<string> WakesAsync(RunningWatch watch) => StatusAsync(watch, "voluntary_ctxt_switches");

    private static async Task<string> StatusAsync(RunningWatch watch, string name)
    {
        var status = await File.ReadAllLinesAsync($"/proc/{watch.Process.Id}/status");
        return status.Single(line => line.StartsWith(name + ":", StringComparison.Ordinal));
    }

    /// <summary>With the numbers that the kernel gave them when they were made.</summary>
    private async Task<string> TablesAsync()
    {
        var tables = await _wire.Client.RunAsync("nft -a list tables");
        return string.Join('\n', tables.Split('\n').Where(line => !line.Contains("_watch", StringComparison.Ordinal)));
    }

    private Task<string> FramesAsync() => _wire.Client.RunAsync("nft list table netdev vpn_firewall");

    private static string Chains(string listing) => listing[listing.IndexOf("\tchain ", StringComparison.Ordinal)..];

    private Task<string> HangUpAsync(RunningWatch watch) => _wire.Client.RunAsync($"kill -HUP {watch.Process.Id}");

    private Socket Forbidden()
    {
        var socket = _wire.Client.Open(AddressFamily.InterNetwork, SocketType.Dgram, Wire.OtherUser);
        socket.Connect(IPAddress.Parse("203.0.113.80"), 9);
        return socket;
    }
}
