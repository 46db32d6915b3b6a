// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>
/// Our own firewall with iptables: it leaks exactly where docs/firewall.md says what iptables cannot do, and is sealed in all
/// else that was chosen here to stand for the whole set.
/// </summary>
public static class IptablesBackendTests
{
    /// <summary>What both variants have in common.</summary>
    private static readonly string[] OfBoth =
    [
        "--firewall", "builtin-iptables", "--scenario", "oob-packet-sockets", "--scenario", "oob-reload",
        "--scenario", "oob-foreign-*", "--scenario", "gateway-tun-down",
    ];

    private static readonly string[] BelowIp =
    [
        "packet-v4", "packet-v6", "packet-bypass-v4", "packet-bypass-v6", "packet-server-v4", "packet-server-v6",
        "packet-arp", "packet-lldp", "packet-eapol", "packet-vlan",
    ];

    /// <summary>iptables as Debian has it: a program of nftables.</summary>
    public sealed class NftBased() : SuiteFixture(Namespaces,
    [
        .. OfBoth, "--scenario", "oob-tun-down", "--scenario", "oob-containers", "--scenario", "oob-rerouted",
        "--scenario", "lan-neighbour", "--scenario", "lan-exceptions", "--scenario", "uplinks-packet-sockets",
        "--scenario", "openvpn-sigkill",
    ])
    {
        private protected override IReadOnlyList<string> Behind => IptablesFirewall.Behind("nft");

        [Test]
        public void It_leaks_exactly_where_iptables_cannot_stop_it()
        {
            Run.ExitCode.Should().Be(1);
            Report.IdsOf("leak").Should().BeEquivalentTo(
                "oob-packet-sockets", "oob-containers", "oob-foreign-flush", "uplinks-packet-sockets");
            Report.IdsOf("sealed").Should().BeEquivalentTo(
                "oob-reload", "oob-foreign-accept", "gateway-tun-down", "oob-tun-down", "oob-rerouted", "lan-neighbour",
                "lan-exceptions", "openvpn-sigkill");
            Report.Scenarios.Should().OnlyContain(scenario => scenario.ControlFrames > 0);
        }

        [Test]
        public void Frames_below_the_IP_layer_leak_and_nothing_else()
        {
            Leaked("oob-packet-sockets").Should().BeEquivalentTo(BelowIp);
            Leaked("uplinks-packet-sockets").Should().BeEquivalentTo(BelowIp.Select(name => "late-" + name));
        }

        [Test]
        public void A_macvlan_child_leaks_and_a_forwarded_container_does_not()
        {
            Leaked("oob-containers").Should().BeEquivalentTo("macvlan-v4", "macvlan-v6");
        }

        [Test]
        public void A_flush_of_nftables_takes_its_rules_along()
        {
            Leaked("oob-foreign-flush").Should().Contain(["bound-udp-v4", "bound-udp-v6", "tor-same-port-udp-v4"]);
        }

        [Test]
        public void Its_rules_are_proved_and_no_packet_around_their_edges_comes_out()
        {
            ShouldBeProved(Report, "host-udp", "gateway-udp", "host-udp-exceptions");
        }

        private IEnumerable<string> Leaked(string id) => LeakedIn(Report[id]);
    }

    /// <summary>The older one, whose rules are no nftables'.</summary>
    public sealed class Legacy() : SuiteFixture(Namespaces, OfBoth)
    {
        private protected override IReadOnlyList<string> Behind => IptablesFirewall.Behind("legacy");

        [Test]
        public void It_leaks_below_the_IP_layer_alone_and_a_flush_of_nftables_takes_nothing_from_it()
        {
            Run.ExitCode.Should().Be(1);
            Report.IdsOf("leak").Should().Equal("oob-packet-sockets");
            Report.IdsOf("sealed").Should().BeEquivalentTo(
                "oob-reload", "oob-foreign-flush", "oob-foreign-accept", "gateway-tun-down");
            Report.Scenarios.Should().OnlyContain(scenario => scenario.ControlFrames > 0);
            LeakedIn(Report["oob-packet-sockets"]).Should().BeEquivalentTo(BelowIp);
        }

        [Test]
        public void Its_rules_are_proved_and_no_packet_around_their_edges_comes_out() => ShouldBeProved(Report, "host-udp", "gateway-udp");
    }

    private static IEnumerable<string> LeakedIn(ScenarioReport scenario)
    {
        return scenario.Probes.Where(probe => probe.LeakedFrames > 0).Select(probe => probe.Name);
    }

    private static void ShouldBeProved(VerifyReport report, params string[] configurations)
    {
        report.Disagreements.Should().BeEmpty();
        report.Proofs.Select(proof => proof.Id).Should().BeEquivalentTo(configurations);
        report.Proofs.Should().AllSatisfy(proof =>
        {
            proof.Answer.Should().Be("proved", "{0}: {1}", proof.Id, proof.Reason);
            proof.Escaped.Should().BeEmpty();
            proof.Probes.Should().BeGreaterThan(200).And.BeGreaterThan(3 * proof.SilentProbes, "most must come out without rules");
        });
    }
}
