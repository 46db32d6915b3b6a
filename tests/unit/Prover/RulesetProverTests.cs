// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

public sealed class RulesetProverTests
{
    [Test]
    public void A_small_closed_firewall_is_proved()
    {
        var policy = Listings.LocalPolicy with
        {
            Forwarding = true,
            InternalInterfaces = [new InterfacePattern("eth1", IsPrefix: false)],
        };

        var result = RulesetProver.Prove(Listings.ReadNft("good"), policy);

        result.Verdict.Should().Be(Verdict.Proved, result.Reason);
        result.Paths.Should().HaveCount(4);
        result.Assumptions.Should().Contain(a => a.Contains("CAP_NET_ADMIN"));
    }

    [Test]
    public void The_same_firewall_leaks_if_the_policy_calls_the_inner_interface_physical()
    {
        var result = RulesetProver.Prove(Listings.ReadNft("good"), Listings.LocalPolicy);

        result.Verdict.Should().Be(Verdict.Leak);
        result.FirstLeak!.Witness.Packet.OutInterface.Should().Be("eth1");
    }

    [Test]
    public void The_original_leaks_by_exactly_three_causes()
    {
        var result = RulesetProver.Prove(Listings.Read("original.ip4.save", "original.ip6.save"), Listings.Policy);

        Answer(result, PathKind.Output, IpFamily.Ip4).Causes.Select(cause => cause.Rules.Single()).Should().BeEquivalentTo(
            "ip filter OUTPUT #2: -m owner --uid-owner 1194 -j ACCEPT",
            "ip filter OUTPUT #3: -m state --state ESTABLISHED -j ACCEPT",
            "ip filter OUTPUT #4: -d 127.0.0.0/8 -j ACCEPT");
        Answer(result, PathKind.Output, IpFamily.Ip6).Verdict.Should().Be(Verdict.Proved);
        Answer(result, PathKind.Forward, IpFamily.Ip4).Verdict.Should().Be(Verdict.Proved);
        Answer(result, PathKind.Forward, IpFamily.Ip6).Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void The_witnesses_of_the_original_can_be_sent()
    {
        var result = RulesetProver.Prove(Listings.Read("original.ip4.save", "original.ip6.save"), Listings.Policy);

        var causes = Answer(result, PathKind.Output, IpFamily.Ip4).Causes;
        var tunnel = causes.Single(cause => cause.Rules[0].Contains("uid-owner")).Witness;
        tunnel.Recipe.Should().Be(StateRecipe.None);
        tunnel.Packet.Uid.Should().Be(1194);
        tunnel.Packet.Destination.ToString().Should().Be("198.51.100.7");
        var established = causes.Single(cause => cause.Rules[0].Contains("ESTABLISHED")).Witness;
        established.Recipe.Should().Be(StateRecipe.FlowBeforeLoad);
        established.Packet.Uid.Should().Be(1000);
        established.Packet.Protocol.Should().Be(17);
    }

    [Test]
    public void The_originals_local_network_lets_out_more_than_the_policy_does()
    {
        var policy = Listings.Policy with
        {
            LocalNetworks =
            [
                new LocalNetwork(System.Net.IPNetwork.Parse("192.168.1.0/24"), null),
                new LocalNetwork(System.Net.IPNetwork.Parse("192.168.0.0/24"), null),
            ],
        };

        var result = RulesetProver.Prove(Listings.Read("original-lan.ip4.save", "original.ip6.save"), policy);

        Answer(result, PathKind.Output, IpFamily.Ip4).Causes.Should().HaveCount(5)
            .And.Contain(cause => cause.Region.Contains("any protocol but icmp, destination 192.168.1.0"));
    }

    [TestCase("established", PathKind.Output, "any user", "state established or related")]
    [TestCase("openserver", PathKind.Output, "any user", "destination 203.0.113.10")]
    public void An_example_leaks_by_its_one_cause(string name, PathKind path, string user, string region)
    {
        var result = RulesetProver.Prove(Listings.ReadNft(name), Listings.Policy);

        var cause = Answer(result, path, IpFamily.Ip4).Causes.Should().ContainSingle().Subject;
        cause.Region.Should().Contain(user).And.Contain(region);
        Answer(result, PathKind.Forward, IpFamily.Ip4).Verdict.Should().Be(Verdict.Proved);
        Answer(result, PathKind.Forward, IpFamily.Ip6).Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void A_firewall_for_IPv4_only_leaks_all_of_IPv6_and_nothing_else()
    {
        var result = RulesetProver.Prove(Listings.ReadNft("ip4only"), Listings.Policy);

        result.Paths.Where(path => path.Verdict == Verdict.Leak).Select(path => path.Family).Should()
            .Equal(IpFamily.Ip6, IpFamily.Ip6);
        result.FirstLeak!.Rules.Should().ContainSingle().Which.Should().StartWith("default: no chain sees");
        result.Paths.Where(path => path.Family == IpFamily.Ip4).Should().OnlyContain(p => p.Verdict == Verdict.Proved);
    }

    [Test]
    public void A_re_routed_packet_with_a_stale_interface_is_found()
    {
        var result = RulesetProver.Prove(Listings.ReadNft("stale"), Listings.Policy);

        var packet = Answer(result, PathKind.Output, IpFamily.Ip4).Causes[0].Witness.Packet;
        packet.StaleOutInterface.Should().BeOneOf("lo", "tun0");
        packet.OutInterface.Should().Be("eth0");
    }

    [Test]
    public void A_guard_behind_routing_closes_the_stale_interface()
    {
        var result = RulesetProver.Prove(Listings.ReadNft("guarded"), Listings.Policy);

        result.Verdict.Should().Be(Verdict.Proved, result.Reason);
        result.PacketSockets.Should().HaveCount(2);
    }

    [Test]
    public void What_no_egress_chain_sees_is_said_in_a_few_words()
    {
        var cause = RulesetProver.Prove(Listings.ReadNft("guarded"), Listings.Policy).PacketSockets[0].Causes.Single();

        cause.Region.Should().Be("out of wlan0 or a later interface, any packet");
        cause.Rules.Should().Equal("default: no egress chain is on that interface");
    }

    [Test]
    public void An_egress_chain_without_its_devices_is_not_taken_for_closed()
    {
        var full = Listings.ReadNft("guarded");
        var tables = full.Ruleset.Tables.Where(table => table.Family == TableFamily.Netdev).ToList();
        var loaded = full with { Ruleset = new Ruleset([.. tables.Select(WithoutDevices)]) };

        var result = RulesetProver.Prove(loaded, Listings.Policy);

        result.Verdict.Should().NotBe(Verdict.Proved);
        Answer(result, PathKind.Output, IpFamily.Ip4).Unknowns.Should().Contain(u => u.Contains("devices of chain"));
    }

    [Test]
    public void Whatever_was_not_listed_is_inconclusive()
    {
        var result = RulesetProver.Prove(Listings.Read("original.ip6.save"), Listings.Policy);

        result.Verdict.Should().Be(Verdict.Inconclusive);
        Answer(result, PathKind.Output, IpFamily.Ip4).Reason.Should().Contain("IPv4");
        Answer(result, PathKind.Output, IpFamily.Ip6).Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void An_obstacle_on_the_machine_forbids_the_word_proved()
    {
        var loaded = Listings.ReadNft("guarded") with { Obstacles = [new Obstacle("tc filters on eth0")] };

        RulesetProver.Prove(loaded, Listings.Policy).Verdict.Should().Be(Verdict.Inconclusive);
    }

    [Test]
    public void A_budget_that_is_too_small_is_inconclusive_and_says_so()
    {
        var options = ProofOptions.Default with { NodeBudget = 200 };

        var result = RulesetProver.Prove(Listings.ReadNft("good"), Listings.Policy, options);

        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Reason.Should().Contain("budget");
    }

    [Test]
    public void A_packet_is_traced_to_the_rule_that_decides()
    {
        var packet = PacketReader.Read("oif=eth0 daddr=198.51.100.7 proto=udp dport=53 uid=1000");

        var explanation = Interpreter.Explain(Listings.ReadNft("good").Ruleset, packet);

        explanation.Leaves.Should().BeFalse();
        explanation.Trace.Should().ContainSingle().Which.Effect.Should().Be("drop");
        var allowed = PacketReader.Read("oif=eth0 daddr=203.0.113.10 proto=udp dport=1194 uid=1194");
        Interpreter.Explain(Listings.ReadNft("good").Ruleset, allowed).Leaves.Should().BeTrue();
    }

    private static PathAnswer Answer(ProofResult result, PathKind path, IpFamily family)
    {
        return result.Paths.Single(answer => answer.Path == path && answer.Family == family);
    }

    private static Table WithoutDevices(Table table)
    {
        return table with
        {
            Chains = [.. table.Chains.Select(chain => chain with { Base = chain.Base! with { Devices = null } })],
        };
    }
}
