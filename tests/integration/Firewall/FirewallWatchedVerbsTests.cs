// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>What verbs load while a watch runs stays what it is, and neither waits for the other.</summary>
public sealed class FirewallWatchedVerbsTests
{
    private const string LateCard = "ip link add late0 type veth peer name late1";
    private const string Announced = "OK: Run 'vpn-firewall confirm'";

    private readonly string _config = VpnFirewall.Golden("minimal.conf");
    private readonly string _other = VpnFirewall.Golden("everything.conf");
    private TestNamespace _space = null!;

    [SetUp]
    public async Task SetUp() => _space = await TestNamespace.CreateAsync();

    [TearDown]
    public void TearDown() => _space?.Dispose();

    [Test]
    public async Task A_watch_ends_the_waiting_of_a_start_that_was_to_be_confirmed()
    {
        var start = VpnFirewall.Start(_space, "start", "--confirm", "60", "--config", _config);
        await ReadUntilAsync(start, Announced);

        using var watch = await RunningWatch.ReadyAsync(_space, _config);

        (await ProgramRun.FinishAsync(start)).ExitCode.Should().Be(0, "nothing goes back any more");
        (await VpnFirewall.RunAsync(_space, "confirm")).ExitCode.Should().Be(1);
        (await VpnFirewall.ListAsync(_space)).Should().Be(VpnFirewall.Listing("minimal"));
    }

    [Test]
    public async Task An_interface_that_appears_leaves_the_rules_of_a_verb_in_force()
    {
        using var watch = await RunningWatch.ReadyAsync(_space, _config);
        (await VpnFirewall.RunAsync(_space, "start", "--config", _other)).ExitCode.Should().Be(0);

        await _space.RunAsync(LateCard);

        await watch.OutputAsync("watched over");
        (await VpnFirewall.ListAsync(_space)).Should().Be(VpnFirewall.Listing("everything"));
        (await FramesAsync()).Should().Contain(" late0,");
    }

    [Test]
    public async Task An_interface_that_appears_ends_no_waiting_and_loads_nothing_that_was_not_confirmed()
    {
        var folder = Directory.CreateTempSubdirectory("vpn-firewall-");
        var file = Path.Combine(folder.FullName, "a.conf");
        File.Copy(_config, file);
        using var watch = await RunningWatch.ReadyAsync(_space, file);
        File.Copy(_other, file, overwrite: true);
        var start = VpnFirewall.Start(_space, "start", "--confirm", "5", "--config", file);
        await ReadUntilAsync(start, Announced);

        await _space.RunAsync(LateCard);
        await watch.OutputAsync("watched over");
        (await VpnFirewall.ListAsync(_space)).Should().Be(VpnFirewall.Listing("everything"));
        var run = await ProgramRun.FinishAsync(start);

        run.ExitCode.Should().Be(1, "{0}", run);
        await watch.OutputAsync("watched over");
        (await VpnFirewall.ListAsync(_space)).Should().Be(VpnFirewall.Listing("minimal"));
        (await FramesAsync()).Should().Contain(" late0,", "the rules from before did not know it");
        await _space.RunAsync("ip link add later0 type veth peer name later1");
        await watch.OutputAsync("watched over");
        (await VpnFirewall.ListAsync(_space)).Should().Be(VpnFirewall.Listing("minimal"), "nobody confirmed what is in the file");
        watch.Report.GapCount.Should().Be(0);
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task A_watch_and_a_start_do_not_wait_for_each_other()
    {
        var script = $"""
            mount -t tmpfs none /run
            touch /run/vpn-firewall.lock
            flock /run/vpn-firewall.lock sleep 2 &
            holder=$!
            while flock -n /run/vpn-firewall.lock true; do sleep .05; done
            {VpnFirewall.Path} start --config {_config} &
            start=$!
            sleep .3
            {VpnFirewall.Path} watch --config {_config} &
            watch=$!
            wait $holder
            timeout 5 tail --pid=$start -f /dev/null
            wait $start
            nft list table inet vpn_firewall >/dev/null
            kill $watch
            wait $watch
            """;

        var run = await _space.TryRunAsync("unshare", "--mount", "sh", "-exc", script);

        run.ExitCode.Should().Be(0, "{0}", run);
    }

    [Test]
    public async Task A_watch_that_could_not_load_its_configuration_does_not_say_that_it_did()
    {
        using var watch = RunningWatch.Start(_space, "/nowhere");

        await watch.WarningAsync("watched over, but the configured rules are not in force");

        (await VpnFirewall.ListAsync(_space)).Should().Be(VpnFirewall.Listing("lockdown"));
        await _space.RunAsync("nft delete table inet vpn_firewall");
        await watch.WarningAsync("was removed");
        (await VpnFirewall.ListAsync(_space)).Should().Be(VpnFirewall.Listing("lockdown"));
    }

    private Task<string> FramesAsync() => _space.RunAsync("nft -s list table netdev vpn_firewall");

    private static async Task ReadUntilAsync(Process process, string part)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = "";
        while (!seen.Contains(part, StringComparison.Ordinal))
        {
            var line = await process.StandardOutput.ReadLineAsync(limit.Token);
            seen += line ?? throw new InvalidOperationException($"it ended before '{part}': {seen}");
        }
    }
}
