// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>The example firewalls get exactly the verdicts that they deserve, with the leaked frames shown.</summary>
public static class ExampleFirewallTests
{
    /// <summary>One scenario of each kind: what goes beside the tunnel leaks in all of them alike.</summary>
    private static readonly string[] OneOfEachKind =
    [
        "--scenario", "oob-sig*", "--scenario", "oob-tun-*", "--scenario", "oob-reload", "--scenario", "oob-started-late*",
        "--scenario", "openvpn-real-sigkill", "--scenario", "openvpn-real-sigstop", "--scenario", "openvpn-real-tun-down",
        "--scenario", "openvpn-restart", "--scenario", "openvpn-tcp-rst",
    ];

    /// <summary>Accepts established flows on every interface.</summary>
    [TestFixture(Namespaces)]
    [TestFixture(Containers)]
    public sealed class AcceptsEstablished(string lab) : SuiteFixture(
        lab, "--firewall", VerifyRun.Example("accepts-established"), "--scenario", "oob-*", "--scenario", "openvpn-real-*")
    {
        private static readonly string[] LeaksIn =
        [
            "oob-tun-down", "oob-routes-deleted", "oob-default-replaced", "oob-specific-route", "oob-started-late",
            "oob-started-late-tracked", "openvpn-real-tun-down", "openvpn-real-routes-deleted", "openvpn-real-specific-route",
        ];

        /// <summary>Where any wall at the IP layer leaks that can be flushed and does not look again after the last routing.</summary>
        private static readonly string[] OneWallLeaksIn =
            ["oob-packet-sockets", "oob-containers", "oob-foreign-flush", "oob-rerouted"];

        /// <summary>
        /// While the kernel removes an interface, its routes go (NETDEV_DOWN) before its addresses do (NETDEV_UNREGISTER):
        /// a packet that is sent in between leaves in the clear. While the physical link is down the route to its neighbours is
        /// gone: a connection to one of them that is opened meanwhile, in the tunnel, goes on in the clear once the link is back.
        /// Whether there is one, is chance: both verdicts are right.
        /// </summary>
        private static readonly string[] MayLeakIn =
        [
            "oob-sigkill", "oob-sigterm", "oob-tun-deleted", "openvpn-real-sigkill", "openvpn-real-sigterm", "openvpn-real-server-killed",
            "openvpn-real-blackhole", "openvpn-real-tun-deleted", "oob-link-flap", "openvpn-real-link-flap",
        ];

        [Test]
        public void It_leaks_exactly_where_a_flow_of_the_tunnel_is_routed_elsewhere()
        {
            Run.ExitCode.Should().Be(1);
            Report.Verdict.Should().Be("leak");
            Report.IdsOf("leak").Except(MayLeakIn).Should().BeEquivalentTo([.. LeaksIn, .. OneWallLeaksIn]);
            Report.IdsOf("inconclusive").Should().BeEmpty();
            Report.Scenarios.Should().HaveCount(31);
        }

        [TestCaseSource(nameof(MayLeakIn))]
        public void Nothing_but_flows_with_the_tunnels_address_leaks_while_an_interface_goes(string id)
        {
            Report[id].Leaks.Select(leak => leak.Class).Distinct()
                .Should().BeSubsetOf(["tunnel-source-address", "tunnel-address-named"]);
        }

        [Test]
        public void What_its_rules_are_predicted_to_let_out_comes_out_in_this_lab()
        {
            Report.Disagreements.Should().BeEmpty();
            Report.Proofs.Should().NotBeEmpty();
            foreach (var proof in Report.Proofs)
            {
                proof.Answer.Should().Be("leak", "{0}: {1}", proof.Id, proof.Reason);
                proof.Causes.Should().HaveCount(2).And.OnlyContain(cause => cause.Contains("ct state"));
                proof.Replays.Should().HaveCount(2).And.OnlyContain(replay => replay.Outcome == "confirmed");
            }
        }

        [TestCaseSource(nameof(LeaksIn))]
        public void The_established_transfer_goes_on_in_the_clear(string id)
        {
            Report[id].Probes.Where(probe => probe.LeakedFrames > 0).Select(probe => probe.Name)
                .Should().Contain("tcp-established-v4");
        }

        [Test]
        public void What_was_never_established_does_not_leak()
        {
            Report["oob-tun-down"].Probes.Where(probe => probe.Name.StartsWith("bound-tcp", StringComparison.Ordinal))
                .Should().HaveCount(2).And.OnlyContain(probe => probe.ControlFrames > 0 && probe.LeakedFrames == 0);
        }

        [TestCaseSource(nameof(LeaksIn))]
        public void The_leaked_frames_are_shown(string id) => ShouldShowLeaks(Report[id]);
    }

    /// <summary>Covers IPv4 only.</summary>
    [TestFixture(Namespaces)]
    [TestFixture(Containers)]
    public sealed class IPv4Only(string lab) : SuiteFixture(lab, ["--firewall", VerifyRun.Example("ipv4-only"), .. OneOfEachKind])
    {
        [Test]
        public void It_leaks_IPv6_everywhere_and_nothing_else()
        {
            Run.ExitCode.Should().Be(1);
            Report.Scenarios.Should().OnlyContain(scenario => scenario.Verdict == "leak");
            Report.Scenarios.SelectMany(scenario => scenario.Leaks)
                .Should().OnlyContain(leak => leak.Summary.StartsWith("IPv6 ", StringComparison.Ordinal));
            Report.Scenarios.SelectMany(scenario => scenario.Probes).Where(probe => probe.LeakedFrames > 0)
                .Should().OnlyContain(probe => probe.Name.EndsWith("-v6", StringComparison.Ordinal));
        }

        [Test]
        public void The_leaked_frames_are_shown() => Report.Scenarios.Should().AllSatisfy(ShouldShowLeaks);
    }

    /// <summary>Lets every user reach the VPN server's address.</summary>
    [TestFixture(Namespaces)]
    [TestFixture(Containers)]
    public sealed class ServerOpenToAll(string lab) : SuiteFixture(lab, ["--firewall", VerifyRun.Example("server-open-to-all"), .. OneOfEachKind])
    {
        [Test]
        public void It_leaks_everywhere_to_the_VPN_servers_address_and_to_nobody_else()
        {
            Run.ExitCode.Should().Be(1);
            Report.Scenarios.Should().OnlyContain(scenario => scenario.Verdict == "leak");

            // What was on its way there through the tunnel keeps the tunnel's address when it is sent past it.
            Report.Scenarios.SelectMany(scenario => scenario.Leaks).Should().OnlyContain(leak =>
                leak.Class == "tunnel-address-named"
                || leak.Summary.Contains("> 203.0.113.10") || leak.Summary.Contains("2001:db8:3::10"));
            Report.Scenarios.SelectMany(scenario => scenario.Leaks).Should().Contain(leak => leak.Class == "shared-vpn-server");
        }

        [Test]
        public void The_leaked_frames_are_shown() => Report.Scenarios.Should().AllSatisfy(ShouldShowLeaks);

        [Test]
        public void The_same_port_of_the_same_address_is_told_from_the_tunnel()
        {
            var leaking = Report["openvpn-real-sigstop"].Probes.Where(probe => probe.LeakedFrames > 0).Select(probe => probe.Name);

            leaking.Should().Contain(["tor-same-port-udp-v4", "tor-same-port-tcp-v4", "tor-other-port-udp-v4"]);
        }

        [TestCase("openvpn-restart", "tor-same-port-udp-v4")]
        [TestCase("openvpn-tcp-rst", "tor-same-port-tcp-v4")]
        public void The_same_port_and_protocol_of_the_same_address_is_told_from_the_tunnel_by_authentication(string id, string probe)
        {
            var scenario = Report[id];

            scenario.Probes.Single(sent => sent.Name == probe).LeakedFrames.Should().BePositive();
            scenario.Protected!.TransportPackets.Should().ContainKey("data", "the tunnel's own bytes are on the list");
        }
    }

    /// <summary>The least that closes a host, written by hand.</summary>
    [TestFixture(Namespaces)]
    [TestFixture(Containers)]
    public sealed class MinimalSealed(string lab) : SuiteFixture(lab, ["--firewall", VerifyRun.Example("minimal-sealed"), .. OneOfEachKind])
    {
        [Test]
        public void It_is_sealed_everywhere()
        {
            Run.ExitCode.Should().Be(0, "{0}", Run.Error);
            Report.Scenarios.Should().OnlyContain(scenario => scenario.Verdict == "sealed" && scenario.ControlFrames > 0);
        }

        [Test]
        public void Replacing_its_table_loses_nothing_of_the_tunnel()
        {
            Report["oob-reload"].Protected!.TunnelRequestsLost.Should().Be(0);
        }
    }

    internal static void ShouldShowLeaks(ScenarioReport scenario)
    {
        scenario.Reason.Should().Contain("frames left outside the policy");
        scenario.LeakedFrames.Should().BePositive();
        scenario.Leaks.Should().NotBeEmpty().And.OnlyContain(leak =>
            leak.Summary.Length > 0 && leak.Class.Length > 0 && leak.Interface == "eth0");
        scenario.Leaks.Should().Contain(leak => leak.Probe != null);
        scenario.Leaks.Should().OnlyContain(leak => leak.SinceFault > -60 && leak.SinceFault < 60);
    }
}
