// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>
/// What is done below, beside and to the rules: each wall that a firewall lacks is seen, and the example that has them all
/// is sealed.
/// </summary>
public static class AttackTests
{
    private static readonly string[] Attacks =
    [
        "--scenario", "oob-packet-sockets", "--scenario", "oob-odd-protocols", "--scenario", "oob-containers",
        "--scenario", "oob-foreign-*", "--scenario", "oob-rerouted", "--scenario", "oob-stop*", "--scenario", "lan-*",
        "--scenario", "uplinks-*",
    ];

    /// <summary>One wall, at the IP layer.</summary>
    [TestFixture("netns")]
    [TestFixture("docker")]
    public sealed class OneWall(string lab) : SuiteFixture(lab, ["--firewall", VerifyRun.Example("minimal-sealed"), .. Attacks])
    {
        [Test]
        public void It_leaks_exactly_where_one_wall_that_can_be_flushed_is_not_enough()
        {
            Run.ExitCode.Should().Be(1);
            Report.IdsOf("leak").Should().Equal(
                "oob-packet-sockets", "oob-containers", "oob-foreign-flush", "oob-rerouted", "lan-neighbour", "uplinks-packet-sockets");
            Report.IdsOf("sealed").Should().Equal(
                "oob-odd-protocols", "oob-foreign-accept", "lan-local-net", "uplinks-appears");
            Report.IdsOf("skipped").Should().Equal("oob-stopped");
        }

        [Test]
        public void It_lets_none_of_the_exceptions_pass_so_nothing_is_shown_of_them()
        {
            Report["lan-exceptions"].Should().Match<ScenarioReport>(scenario =>
                scenario.Verdict == "inconclusive" && scenario.Reason.Contains("the local network"));
        }

        [Test]
        public void Frames_below_the_IP_layer_leak_and_nothing_else()
        {
            Leaked("oob-packet-sockets").Should().BeEquivalentTo(
                "packet-v4", "packet-v6", "packet-bypass-v4", "packet-bypass-v6", "packet-server-v4", "packet-server-v6",
                "packet-arp", "packet-lldp", "packet-eapol", "packet-vlan");
            Leaked("uplinks-packet-sockets").Should().OnlyContain(name => name.StartsWith("late-packet-"));
            Report["uplinks-packet-sockets"].Leaks.Should().OnlyContain(leak => leak.Interface == "usb0");
        }

        [Test]
        public void A_macvlan_child_leaks_and_a_forwarded_container_does_not()
        {
            Leaked("oob-containers").Should().BeEquivalentTo("macvlan-v4", "macvlan-v6");
        }

        [Test]
        public void The_neighbour_is_told_the_tunnels_address_by_ARP_and_its_connections_by_answers_into_the_tunnel()
        {
            Leaked("lan-neighbour").Should().BeEquivalentTo("arp-for-tunnel", "inference-v4", "inference-v6");
            Report["lan-neighbour"].Leaks.Should().Contain(leak =>
                leak.Interface == "tun0" && leak.Class == "connection-revealed" && leak.Probe == "inference-v6");
        }

        private IEnumerable<string> Leaked(string id)
        {
            return Report[id].Probes.Where(probe => probe.LeakedFrames > 0).Select(probe => probe.Name);
        }
    }

    /// <summary>Two walls, of which a watch holds a copy that cannot be flushed.</summary>
    [TestFixture("netns")]
    [TestFixture("docker")]
    public sealed class TwoWalls(string lab) : SuiteFixture(lab, ["--firewall", VerifyRun.Example("minimal-sealed-l2"), .. Attacks])
    {
        /// <summary>Rules for a card that is not there yet are taken since Linux 6.16.</summary>
        private static string[] LeaksIn => Environment.OSVersion.Version >= new Version(6, 16) ? [] : ["uplinks-packet-sockets"];

        [Test]
        public void It_is_sealed()
        {
            Report.IdsOf("inconclusive").Should().BeEmpty();
            Report.IdsOf("leak").Should().Equal(LeaksIn);
        }

        [Test]
        public void Whatever_was_to_leak_without_it_did()
        {
            Report.Scenarios.Should().HaveCount(12).And.OnlyContain(scenario => scenario.ControlFrames > 0);
        }
    }

    /// <summary>The contract of <c>watch</c> and <c>stop</c>.</summary>
    public sealed class Contract
    {
        [Test]
        public async Task Without_its_watch_it_can_be_flushed()
        {
            var report = await RunAsync("oob-foreign-flush", watch: null, stop: null);

            report.Verdict.Should().Be("leak");
            report.Probes.Where(probe => probe.LeakedFrames > 0).Select(probe => probe.Name).Should().Contain("bound-udp-v4");
        }

        [Test]
        public async Task A_watch_that_ends_by_itself_proves_nothing()
        {
            var report = await RunAsync("oob-sigkill", "echo I saw enough", stop: null);

            report.Should().Match<ScenarioReport>(scenario =>
                scenario.Verdict == "inconclusive" && scenario.Reason.Contains("'watch' of the firewall ended by itself: I saw enough"));
        }

        [Test]
        public async Task A_watch_that_says_that_it_cannot_watch_proves_nothing()
        {
            var report = await RunAsync("oob-sigkill", "echo cannot watch; exec sleep 600", stop: null);

            report.Should().Match<ScenarioReport>(scenario => scenario.Verdict == "inconclusive"
                && scenario.Reason.Contains("'watch' of the firewall did not write the line READY=1 within 15 s, but: cannot watch"));
        }

        [Test]
        public async Task A_stop_that_opens_is_a_leak_and_one_that_does_not_is_none()
        {
            (await RunAsync("oob-stopped", watch: null, "nft delete table inet example")).Verdict.Should().Be("leak");
            (await RunAsync("oob-stopped", "echo READY=1; exec sleep 600", "true")).Verdict.Should().Be("sealed");
        }

        [Test]
        public async Task Where_there_is_nothing_to_stop_the_scenario_is_left_out_and_says_so()
        {
            using var firewall = TestFirewall.Of(await File.ReadAllTextAsync(TestFirewall.SealedUp));
            var run = await VerifyRun.RunAsync(
                "--firewall", firewall.Folder, "--scenario", "oob-stop*", "--scenario", "oob-sigkill");

            run.ExitCode.Should().Be(0, "{0}", run.Error);
            run.Report.Verdict.Should().Be("sealed");
            run.Report["oob-stopped"].Should().Match<ScenarioReport>(scenario =>
                scenario.Verdict == "skipped" && scenario.Reason.Contains("neither 'watch' nor 'stop'"));
        }

        [Test]
        public async Task Where_there_is_nothing_to_stop_who_asks_for_the_scenario_by_name_is_told_that_it_shows_nothing()
        {
            var report = await RunAsync("oob-stopped", watch: null, stop: null);

            report.Should().Match<ScenarioReport>(scenario =>
                scenario.Verdict == "inconclusive" && scenario.Reason.Contains("neither 'watch' nor 'stop'"));
        }

        [Test]
        public async Task A_stop_that_fails_proves_nothing()
        {
            var report = await RunAsync("oob-stopped", watch: null, "echo it will not stop; exit 3");

            report.Should().Match<ScenarioReport>(scenario =>
                scenario.Verdict == "inconclusive" && scenario.Reason.Contains("'stop' of the firewall failed with exit code 3: it will not stop"));
        }

        private static async Task<ScenarioReport> RunAsync(string scenario, string? watch, string? stop)
        {
            using var firewall = TestFirewall.Of(await File.ReadAllTextAsync(TestFirewall.SealedUp), watch: watch, stop: stop);
            var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", scenario);
            return run.Report[scenario];
        }
    }
}
