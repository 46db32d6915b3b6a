// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>The tunnel is known by its user, its mark, its control group; its interface by its kind; administration comes in.</summary>
public sealed class IdentityTests
{
    private static readonly RuleStep[] ToTheServer =
    [
        MatchStep.Of(FieldKey.Whole(Field.Destination), [ValueRange.Exactly(AddressRanges.ToNumber(IPAddress.Parse("203.0.113.10")))]),
        MatchStep.Of(FieldKey.Whole(Field.Protocol), [ValueRange.Exactly(17)]),
        MatchStep.Of(FieldKey.DestinationPort, [ValueRange.Exactly(1194)]),
    ];

    [Test]
    public void A_mark_is_enough_where_the_policy_names_a_mark_alone()
    {
        var policy = Listings.Policy with { Identity = new TunnelIdentity(null, new FirewallMark(0x10000, 0xff0000)) };
        var marked = MatchStep.Of(FieldKey.Whole(Field.Mark) with { Mask = 0xff0000 }, [ValueRange.Exactly(0x10000)]);

        Output(policy, [marked, .. ToTheServer]).Verdict.Should().Be(Verdict.Proved);
        Output(policy, ToTheServer).Verdict.Should().Be(Verdict.Leak, "others have no mark");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_control_group_is_the_same_in_rules_and_policy(bool isSure)
    {
        var policy = Listings.Policy with { Identity = new TunnelIdentity(null, null, "system.slice/vpn.service") };

        Output(policy, [new CgroupStep("system.slice/vpn.service", isSure), .. ToTheServer]).Verdict.Should().Be(Verdict.Proved);
        Output(policy, ToTheServer).Verdict.Should().Be(Verdict.Leak);
    }

    [Test]
    public void Another_control_group_leaks_and_the_witness_names_it()
    {
        var policy = Listings.Policy with { Identity = new TunnelIdentity(null, null, "vpn.slice") };

        var answer = Output(policy, [new CgroupStep("user.slice", IsSure: true), .. ToTheServer]);

        answer.Verdict.Should().Be(Verdict.Leak);
        answer.Causes[0].Witness.Packet.ControlGroup.Should().Be("user.slice");
    }

    [Test]
    public void An_interface_of_the_tunnels_name_and_another_kind_is_physical()
    {
        var policy = Listings.Policy with { TunnelInterfaceKind = "tun" };
        var byName = MatchStep.Of(new InterfaceKey(IsOutput: true, ByIndex: false), Names("tun0"));
        var byKind = MatchStep.Of(new InterfaceKindKey(IsOutput: true), Names("tun"));

        Output(policy, [byName, byKind]).Verdict.Should().Be(Verdict.Proved);
        var open = Output(policy, [byName]);
        open.Verdict.Should().Be(Verdict.Leak);
        open.Causes[0].Region.Should().Contain("tun0 (kind another kind or none)");
    }

    [Test]
    public void Answers_of_a_service_go_to_those_who_administer_the_machine_and_to_nobody_else()
    {
        var policy = Listings.Policy with { Management = [new ManagementAccess(IPNetwork.Parse("192.168.1.0/24"), "eth0", 22)] };
        RuleStep[] answers =
        [
            MatchStep.Of(new InterfaceKey(IsOutput: true, ByIndex: false), Names("eth0")),
            MatchStep.Of(FieldKey.Whole(Field.Destination), [AddressRanges.Of(IPNetwork.Parse("192.168.1.0/24"))]),
            MatchStep.Of(FieldKey.Whole(Field.Protocol), [ValueRange.Exactly(6)]),
            MatchStep.Of(FieldKey.SourcePort, [ValueRange.Exactly(22)]),
        ];

        // A later fragment's bytes may be read as ports, and half a header has one: neither is of a known connection.
        RuleStep[] whole =
        [
            MatchStep.Of(FieldKey.Whole(Field.ConnectionState), [ValueRange.Exactly((UInt128)(int)ConnectionState.Established)]),
            MatchStep.Of(new FieldKey(Field.FragmentOffset, 3, 13), [ValueRange.Exactly(0)]),
        ];
        Output(policy, [.. whole, .. answers]).Verdict.Should().Be(Verdict.Proved);
        for (var index = 0; index < answers.Length; index++)
        {
            var missing = index;
            Output(policy, [.. whole, .. answers.Where((_, i) => i != missing)]).Verdict.Should().Be(Verdict.Leak, "without {0}", index);
        }
    }

    private static NameValues Names(string name) => new([new InterfacePattern(name, IsPrefix: false)]);

    // IPv4 that this machine sends, with one rule that accepts behind the usual two.
    private static PathAnswer Output(EgressPolicy policy, params IEnumerable<RuleStep> accepts)
    {
        var lo = new Rule("lo", "", [MatchStep.Of(new InterfaceKey(IsOutput: true, ByIndex: false), Names("lo")), new VerdictStep(VerdictKind.Accept)]);
        var rule = new Rule("rule", "", [.. accepts, new VerdictStep(VerdictKind.Accept)]);
        var chain = new Chain("output", new BaseChain(ChainType.Filter, Hook.Output, 0, AcceptsByDefault: false), [lo, rule]);
        var loaded = new LoadedRuleset(new Ruleset([new Table(TableFamily.Ip, "wall", IsDormant: false, [chain])]))
        {
            Interfaces = ["lo", "eth0", "tun0"],
        };
        return RulesetProver.Prove(loaded, policy).Paths[0];
    }
}
