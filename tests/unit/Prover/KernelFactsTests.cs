// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using static LeakVerifier.UnitTests.Prover.HandMadeChains;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>What the kernel was seen to do where rules seem to say otherwise: none of it may be proved.</summary>
public sealed class KernelFactsTests
{
    [Test]
    public void What_leaves_by_lo_and_the_tunnel_only_is_proved()
    {
        Prove(Output(), Forward).Verdict.Should().Be(Verdict.Proved);
    }

    [TestCase("127.0.0.0/8", 0, Verdict.Leak)]
    [TestCase("::1/128", 1, Verdict.Inconclusive)]
    public void A_socket_that_is_bound_to_an_interface_sends_to_loopback_addresses_there(string network, int path, Verdict expected)
    {
        var result = Prove(Output([.. To(network), Accept]), Forward);

        result.Paths[path].Verdict.Should().Be(expected);
        result.Paths[2 + path].Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void What_is_redirected_stays_on_the_interface_to_which_its_socket_is_bound()
    {
        var redirect = new TranslateStep(IsDestination: true, null, 5353, KeepsPort: false) { ToThisMachine = true };
        var nat = Of(ChainType.Nat, Hook.Output, -100, acceptsByDefault: true, [redirect]);

        Prove(nat, Output([.. To("127.0.0.1/32"), Accept]), Forward).Paths[0].Verdict.Should().Be(Verdict.Leak);
    }

    [TestCase(MatchFlavour.Native)]
    [TestCase(MatchFlavour.Xtables)]
    public void That_a_header_may_be_cut_off_before_its_flags_saves_no_whole_one(MatchFlavour flavour)
    {
        RuleStep tcp = MatchStep.Of(FieldKey.Whole(Field.Protocol), [ValueRange.Exactly(6)]);
        RuleStep reset = MatchStep.Of(FieldKey.Whole(Field.TcpFlags) with { Mask = 4 }, [ValueRange.Exactly(4)], flavour: flavour);

        Prove(Output([tcp, reset, Accept]), Forward).Paths[0].Verdict.Should().Be(Verdict.Leak);
    }

    [Test]
    public void An_address_of_this_machine_may_be_sought_on_any_interface()
    {
        var local = new DestinationKindStep([AddressKind.Local], Negated: false, "addrtype LOCAL");

        var result = Prove(Output([local, Accept]), Forward);

        result.Paths[0].Verdict.Should().Be(Verdict.Inconclusive);
        result.Paths[0].Unknowns.Should().Equal("addrtype LOCAL");
    }

    [Test]
    public void A_nat_chain_without_rules_puts_no_fragments_together()
    {
        var nat = Of(ChainType.Nat, Hook.Postrouting, 100, acceptsByDefault: true);
        var forward = Filter(Hook.Forward, 0, acceptsByDefault: false, [new FamilyStep(IpFamily.Ip4), Later, Accept]);

        Prove(nat, Output(), forward).Paths[2].Verdict.Should().Be(Verdict.Leak);
    }

    [Test]
    public void A_map_of_connection_states_does_and_so_does_a_value_of_connections()
    {
        var states = new VerdictMapStep([FieldKey.Whole(Field.ConnectionState)],
            [Entry(ConnectionState.Invalid, Drop), Entry(ConnectionState.Untracked, Drop)]);
        var value = new AssignStep(Field.Mark, new FieldExpression(Field.ConnectionMark));

        foreach (var step in new RuleStep[] { states, value })
        {
            var forward = Filter(
                Hook.Forward, 0, acceptsByDefault: false, [step], [new FamilyStep(IpFamily.Ip4), Later, Accept]);
            Prove(Output(), forward).Paths[2].Verdict.Should().Be(Verdict.Proved);
        }
    }

    [TestCase(-450, Verdict.Leak)]
    [TestCase(-300, Verdict.Proved)]
    public void What_is_not_tracked_before_fragments_are_put_together_is_not_put_together(int priority, Verdict expected)
    {
        var early = Filter(Hook.Prerouting, priority, acceptsByDefault: true, [new NotrackStep()]);
        var forward = Filter(Hook.Forward, 0, acceptsByDefault: false,
            [State(ConnectionState.Established), .. Neither, Drop], [new FamilyStep(IpFamily.Ip4), Later, Accept]);

        Prove(early, Output(), forward).Paths[2].Verdict.Should().Be(expected);
    }

    [Test]
    public void An_egress_chain_of_the_tunnel_hands_packets_to_another_device()
    {
        var egress = new Chain("egress", new BaseChain(ChainType.Filter, Hook.Egress, 0, AcceptsByDefault: true)
        {
            Devices = [new InterfacePattern("tun0", IsPrefix: false)],
        }, Rules([new OpaqueStep("dup to eth0")]));

        var result = Prove(
            new Table(TableFamily.Inet, "wall", IsDormant: false, [Output(), Forward]),
            new Table(TableFamily.Netdev, "edge", IsDormant: false, [egress]));

        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Obstacles.Should().ContainSingle().Which.Should().Contain("dup to eth0");
    }

    [TestCase(ChainType.Route)]
    [TestCase(ChainType.Filter)]
    public void What_cannot_be_followed_may_make_the_kernel_route_again(ChainType type)
    {
        var rewrites = Of(type, Hook.Output, -150, acceptsByDefault: true, [Interface("tun0"), new OpaqueStep("ip daddr set")]);

        var answer = Prove(rewrites, Output(), Forward).Paths[0];

        answer.Verdict.Should().Be(Verdict.Inconclusive);
        answer.Unknowns.Should().ContainSingle(unknown => unknown.StartsWith("ip daddr set"));
    }

    [Test]
    public void An_entry_of_a_verdict_map_that_continues_goes_on_with_the_rule()
    {
        var map = new VerdictMapStep([FieldKey.Whole(Field.Protocol)],
        [
            new VerdictMapEntry(new Element([Only(17)]), new VerdictStep(VerdictKind.Continue)),
            new VerdictMapEntry(new Element([Only(6)]), Drop),
        ]);

        Prove(Output([map, Accept]), Forward).Paths[0].Causes.Should().ContainSingle().Which.Region.Should().Contain("udp");
        Prove(Output([map, Drop]), Forward).Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void The_mark_of_a_connection_that_is_not_there_yet_is_set_nowhere()
    {
        var raw = Filter(Hook.Output, -300, acceptsByDefault: true,
            [new AssignStep(Field.ConnectionMark, new ConstantExpression(1))]);
        var drops = MatchStep.Of(FieldKey.Whole(Field.ConnectionMark), [ValueRange.Exactly(1)]);
        var output = Output(
            [State(ConnectionState.Invalid), Drop], [State(ConnectionState.Untracked), Drop], [drops, Drop], [Accept]);

        Prove(raw, output, Forward).Paths[0].Verdict.Should().Be(Verdict.Inconclusive);
    }

    [Test]
    public void The_mark_of_a_connection_that_is_not_there_yet_cannot_be_read()
    {
        var copy = new AssignStep(Field.Mark, new FieldExpression(Field.ConnectionMark));
        var raw = Filter(Hook.Output, -300, acceptsByDefault: true,
            [copy, new AssignStep(Field.Mark, new ConstantExpression(1))]);
        var output = Output([Marked, Drop], [State(ConnectionState.Invalid), Drop], [State(ConnectionState.Untracked), Drop], [Accept]);

        Prove(raw, output, Forward).Paths[0].Verdict.Should().Be(Verdict.Inconclusive);
    }

    [Test]
    public void Only_one_address_of_the_network_zero_is_broadcast_for_sure()
    {
        var broadcast = new DestinationKindStep([AddressKind.Broadcast], Negated: false, "addrtype BROADCAST");

        Prove(Output([broadcast, Drop], [.. To("0.0.0.0/8"), Accept]), Forward).Paths[0].Verdict.Should().Be(Verdict.Inconclusive);
        Prove(Output([broadcast, Drop], [.. To("0.0.0.0/32"), Accept]), Forward).Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void What_the_kernel_answers_has_its_connection_before_anybody_can_forbid_it()
    {
        var raw = Filter(Hook.Output, -300, acceptsByDefault: true, [new NotrackStep()]);
        var socket = MatchStep.Of(FieldKey.Whole(Field.Uid), [new ValueRange(0, uint.MaxValue)]);

        Prove(raw, Output([State(ConnectionState.Related), Accept]), Forward).Paths[0].Verdict.Should().Be(Verdict.Inconclusive);
        Prove(raw, Output([State(ConnectionState.Related), socket, Accept]), Forward).Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void A_mark_that_rules_set_does_not_make_a_packet_the_tunnels()
    {
        var policy = Listings.Policy with { Identity = new TunnelIdentity(null, new FirewallMark(1, 0xffffffff)) };
        RuleStep[] accepts = [.. ToTheServer, Marked, Accept];
        var closed = Filter(Hook.Postrouting, 300, acceptsByDefault: false, [Interface("lo"), Accept], [Interface("tun0"), Accept], accepts);
        var marks = Of(ChainType.Route, Hook.Output, -150, acceptsByDefault: true, [.. ToTheServer, Mark]);

        Prove(policy, Output(accepts), closed, Forward).Verdict.Should().Be(Verdict.Proved);
        Prove(policy, marks, Output(accepts), closed, Forward).Paths[0].Verdict.Should().Be(Verdict.Leak);
    }

    [Test]
    public void For_IPv6_kinds_of_addresses_may_mean_all_of_them_at_once()
    {
        var kinds = new DestinationKindStep([AddressKind.Multicast, AddressKind.Local], Negated: false, "addrtype MULTICAST,LOCAL");

        var result = Prove(Output([kinds, Drop], [.. To("ff00::/8"), Accept], [.. To("224.0.0.0/4"), Accept]), Forward);

        result.Paths[0].Verdict.Should().Be(Verdict.Proved);
        result.Paths[1].Verdict.Should().Be(Verdict.Inconclusive);
    }

    [Test]
    public void A_packet_that_comes_in_may_have_a_mark()
    {
        var answer = Prove(Output(), Filter(Hook.Forward, 0, acceptsByDefault: false, [Marked, Accept])).Paths[2];

        answer.Verdict.Should().Be(Verdict.Inconclusive);
        answer.Unknowns.Should().Equal("a mark set before prerouting");
        var unmarked = Filter(Hook.Forward, 0, acceptsByDefault: false, [Marked, Drop], [Accept]);
        Prove(Output(), unmarked).Paths[2].Verdict.Should().Be(Verdict.Leak, "most have none");
    }

    [Test]
    public void Hop_by_hop_options_stay_before_the_header_of_a_fragment()
    {
        var egress = Edge([new FamilyStep(IpFamily.Ip6), Number(Field.NextHeader, 0), Later, Accept]);
        var open = Filter(Hook.Output, 0, acceptsByDefault: true);

        var result = RulesetProver.Prove(
            Loaded(new Table(TableFamily.Inet, "wall", IsDormant: false, [open, Forward]), egress),
            Listings.Policy, ProofOptions.Default with { NoRawSockets = true });

        result.Paths[1].Verdict.Should().Be(Verdict.Leak);
    }

    [Test]
    public void A_frame_without_an_entry_is_not_dropped_by_the_rest_of_the_rule()
    {
        var experimental = new Element([Only(0x88b5)]);
        var map = new VerdictMapStep([FieldKey.Whole(Field.EtherType)], [new(experimental, new VerdictStep(VerdictKind.Continue))]);
        var edge = Edge([map, Drop], [Accept]);

        Prove(edge).Frames!.Verdict.Should().Be(Verdict.Leak);
    }

    [Test]
    public void A_translation_changes_the_status_of_its_connection()
    {
        var isTranslated = MatchStep.Of(FieldKey.Whole(Field.ConnectionStatus) with { Mask = 32 }, [ValueRange.Exactly(32)]);
        var before = Filter(Hook.Output, -150, acceptsByDefault: true, [isTranslated, Drop]);
        var nat = Of(ChainType.Nat, Hook.Output, -100, acceptsByDefault: true, [new TranslateStep(true, null, null, KeepsPort: true)]);
        var after = Filter(Hook.Postrouting, 0, acceptsByDefault: false, [State(ConnectionState.New), isTranslated, Accept]);

        Prove(before, nat, after, Forward).Paths[0].Verdict.Should().Be(Verdict.Inconclusive);
        Prove(before, after, Forward).Paths[0].Verdict.Should().Be(Verdict.Proved);
    }

    [TestCase(6, Verdict.Leak)]
    [TestCase(33, Verdict.Leak)]
    [TestCase(132, Verdict.Leak)]
    [TestCase(136, Verdict.Leak)]
    [TestCase(47, Verdict.Proved)]
    public void The_ports_of_every_protocol_that_has_some_are_translated(int protocol, Verdict expected)
    {
        var port = MatchStep.Of(FieldKey.SourcePort, [ValueRange.Exactly(5000)]);
        var output = Filter(Hook.Output, 0, acceptsByDefault: true, [port, Drop]);
        var nat = Of(ChainType.Nat, Hook.Postrouting, 100, acceptsByDefault: true,
            [new TranslateStep(IsDestination: false, null, 5000, KeepsPort: false)]);
        var after = Filter(Hook.Postrouting, 200, acceptsByDefault: false, [Number(Field.Protocol, protocol), port, Accept]);

        Prove(output, nat, after, Forward).Paths[0].Verdict.Should().Be(expected);
    }

    [Test]
    public void An_IPv6_fragment_that_gives_its_length_as_zero_is_not_put_together()
    {
        RuleStep[] established = [State(ConnectionState.Established), .. Neither, Drop];
        RuleStep[] later = [new FamilyStep(IpFamily.Ip6), Later, Accept];

        var result = Prove(Output(established, later), Filter(Hook.Forward, 0, acceptsByDefault: false, established, later));

        result.Paths[1].Verdict.Should().Be(Verdict.Leak);
        result.Paths[3].Verdict.Should().Be(Verdict.Leak);
    }

    [Test]
    public void What_is_for_everybody_or_from_nobody_is_not_passed_on()
    {
        RuleStep[] fromGroup = [new FamilyStep(IpFamily.Ip4), MatchStep.Of(FieldKey.Whole(Field.Source), AddressRanges.Groups4)];
        var forward = Filter(Hook.Forward, 0, acceptsByDefault: false, [.. To("255.255.255.255/32"), Accept], [.. fromGroup, Accept]);

        Prove(Output(), forward).Verdict.Should().Be(Verdict.Proved);
        Prove(Output([.. To("255.255.255.255/32"), Accept]), forward).Paths[0].Verdict.Should().Be(Verdict.Leak);
    }

    [Test]
    public void What_was_for_everybody_and_is_translated_is_passed_on()
    {
        var nat = Of(ChainType.Nat, Hook.Prerouting, -100, acceptsByDefault: true,
            [.. To("255.255.255.255/32"), new TranslateStep(true, Number("192.0.2.1"), null, KeepsPort: true)]);
        var early = Filter(Hook.Prerouting, -300, acceptsByDefault: false, [.. To("255.255.255.255/32"), Accept]);
        var forward = Filter(Hook.Forward, 0, acceptsByDefault: false, [State(ConnectionState.New), .. To("192.0.2.1/32"), Accept]);

        Prove(nat, early, Output(), forward).Paths[2].Verdict.Should().Be(Verdict.Leak);
    }

    [Test]
    public void The_first_packet_of_a_connection_is_no_answer()
    {
        RuleStep[] answer = [State(ConnectionState.New), Number(Field.ConnectionDirection, 1), Accept];

        Prove(Output(answer), Forward).Verdict.Should().Be(Verdict.Proved);
    }

    [TestCase("0123456789abcdefghijklmnopqrstuvwxyz", Verdict.Leak)]
    [TestCase("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.", Verdict.Proved)]
    public void An_interface_may_begin_with_any_character_of_usual_names(string covered, Verdict expected)
    {
        var drops = covered.Select(c => new RuleStep[]
        {
            MatchStep.Of(new InterfaceKey(IsOutput: true, ByIndex: false), new NameValues([new InterfacePattern($"{c}", IsPrefix: true)])),
            Drop,
        });

        Prove(Filter(Hook.Output, 0, acceptsByDefault: true, [.. drops]), Forward).Paths[0].Verdict.Should().Be(expected);
    }
}
