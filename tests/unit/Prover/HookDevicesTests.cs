// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>An egress chain answers for the devices that it is hooked to, and a prefix for those that come later.</summary>
public sealed class HookDevicesTests
{
    [TestCase("eth0", false, Verdict.Leak)]
    [TestCase("eth", true, Verdict.Leak)]
    public void A_device_that_the_chain_is_not_hooked_to_is_open(string stem, bool isPrefix, Verdict expected)
    {
        Prove(new InterfacePattern(stem, isPrefix)).Should().Be(expected);
    }

    [Test]
    public void Prefixes_of_every_name_close_every_device()
    {
        var all = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
            .Select(c => new InterfacePattern(c.ToString(), IsPrefix: true)).ToArray();

        Prove(all).Should().Be(Verdict.Proved);
    }

    [Test]
    public void A_rule_that_hands_packets_on_at_ingress_forbids_the_word_proved()
    {
        var closed = Chain(Hook.Output, []) with { Name = "out" };
        var forward = Chain(Hook.Forward, []) with { Name = "forward" };
        var ingress = Chain(Hook.Ingress, [new Rule("netdev t in #1", "fwd to eth0", [new OpaqueStep("fwd to eth0")])]);
        Table[] tables =
        [
            new(TableFamily.Inet, "wall", IsDormant: false, [closed, forward]),
            new(TableFamily.Netdev, "t", IsDormant: false, [ingress]),
        ];

        var result = RulesetProver.Prove(new LoadedRuleset(new Ruleset([.. tables])), Listings.Policy);

        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Obstacles.Should().ContainSingle().Which.Should().Contain("fwd to eth0");
    }

    [TestCase(0x0806, Verdict.Proved)]
    [TestCase(0x888e, Verdict.Leak)]
    [TestCase(0x88cc, Verdict.Leak)]
    public void Frames_that_are_no_IP_packet_are_told_by_their_EtherType(int accepted, Verdict expected)
    {
        var rule = new Rule("edge #1", "",
        [
            MatchStep.Of(FieldKey.Whole(Field.EtherType), [ValueRange.Exactly((UInt128)accepted)]),
            new VerdictStep(VerdictKind.Accept),
        ]);
        var every = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
            .Select(c => new InterfacePattern(c.ToString(), IsPrefix: true));
        var chain = Chain(Hook.Egress, [rule]);
        chain = chain with { Base = chain.Base! with { Devices = [.. every] } };
        var loaded = new LoadedRuleset(new Ruleset([new Table(TableFamily.Netdev, "edge", IsDormant: false, [chain])]));

        RulesetProver.Prove(loaded, Listings.Policy).Frames!.Verdict.Should().Be(expected);
        RulesetProver.Prove(loaded, Listings.Policy with { AllowEapol = true }).Frames!.Verdict
            .Should().Be(accepted == 0x888e ? Verdict.Proved : expected);
    }

    // The verdict on IPv4 of packet sockets: nothing but egress closes them.
    private static Verdict Prove(params InterfacePattern[] devices)
    {
        var chain = Chain(Hook.Egress, []);
        chain = chain with { Base = chain.Base! with { Devices = [.. devices] } };
        var table = new Table(TableFamily.Netdev, "edge", IsDormant: false, [chain]);
        var loaded = new LoadedRuleset(new Ruleset([table])) { Interfaces = ["lo", "eth0", "tun0"] };
        return RulesetProver.Prove(loaded, Listings.Policy).PacketSockets[0].Verdict;
    }

    private static Chain Chain(Hook hook, IEnumerable<Rule> rules)
    {
        return new Chain("c", new BaseChain(ChainType.Filter, hook, 0, AcceptsByDefault: false), [.. rules]);
    }
}
