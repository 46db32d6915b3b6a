// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>What the kernel was seen to do where rules seem to say otherwise: none of it may be proved.</summary>
public sealed class KernelFactsTests
{
    private static readonly VerdictStep Accept = new(VerdictKind.Accept);
    private static readonly VerdictStep Drop = new(VerdictKind.Drop);
    private static readonly RuleStep Later = MatchStep.Of(new FieldKey(Field.FragmentOffset, 3, 13), [new ValueRange(1, 0x1fff)]);
    private static readonly RuleStep Marked = MatchStep.Of(FieldKey.Whole(Field.Mark), [ValueRange.Exactly(1)]);
    private static readonly RuleStep Mark = new AssignStep(Field.Mark, new ConstantExpression(1));
    private static readonly Chain Forward = Filter(Hook.Forward, 0, acceptsByDefault: false);

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

    [TestCase(0, Verdict.Inconclusive)]
    [TestCase(1, Verdict.Proved)]
    public void Of_chains_with_one_priority_any_may_be_the_first(int priority, Verdict expected)
    {
        var marks = Filter(Hook.Output, 0, acceptsByDefault: true, [.. Neither, Mark]);
        var drops = Filter(Hook.Output, priority, acceptsByDefault: true, [Marked, Drop]);

        var answer = Prove(marks, drops, Forward).Paths[0];

        answer.Verdict.Should().Be(expected);
        answer.Reason.Should().Be(expected == Verdict.Proved ? "" :
            "it depends on the order of inet wall Output 0 0 and inet wall Output 0 1, which have the same priority");
    }

    [Test]
    public void A_leak_in_every_order_is_a_leak_and_chains_that_only_accept_and_drop_have_no_order()
    {
        var marks = Filter(Hook.Output, 0, acceptsByDefault: true, [Mark]);

        Prove(marks, Output([Accept]), Forward).Paths[0].Verdict.Should().Be(Verdict.Leak);
        Prove(Output(), Output(), Output(), Output(), Forward).Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void Many_chains_of_one_priority_that_change_packets_are_not_followed()
    {
        var marks = Filter(Hook.Output, 0, acceptsByDefault: true, [Mark]);

        var answer = Prove(marks, Output(), Output(), Output(), Forward).Paths[0];

        answer.Verdict.Should().Be(Verdict.Inconclusive);
        answer.Reason.Should().Contain("the same priority").And.Contain("too many");
    }

    [Test]
    public void A_second_opinion_on_chains_that_are_not_followed_is_not_asked_for()
    {
        var chains = Enumerable.Range(0, 4)
            .Select(i => Filter(Hook.Output, 0, acceptsByDefault: true, [Mark]) with { Name = $"output{i}" });
        var table = new Table(TableFamily.Inet, "wall", IsDormant: false, [.. chains, Forward]);

        var result = RulesetProver.Prove(
            Loaded(table), Listings.Policy, ProofOptions.Default with { CrossCheck = true });

        result.Paths[0].Verdict.Should().Be(Verdict.Inconclusive);
        result.Paths[0].SecondOpinion.Should().StartWith("not asked: the order of ");
    }

    [Test]
    public void A_chain_with_the_priority_of_translations_is_before_or_behind_them()
    {
        var toTheTunnel = new TranslateStep(IsDestination: true, Number("192.0.2.1"), null, KeepsPort: true);
        var nat = Of(ChainType.Nat, Hook.Output, -100, acceptsByDefault: true, [.. To("198.51.100.7/32"), toTheTunnel]);
        var filter = Filter(Hook.Output, -100, acceptsByDefault: false,
            [.. To("192.0.2.1/32"), Drop], [.. To("198.51.100.7/32"), Accept]);

        var answer = Prove(nat, filter, Forward).Paths[0];

        answer.Verdict.Should().NotBe(Verdict.Proved);
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

    private static IEnumerable<RuleStep> Neither =>
        [.. new[] { "lo", "tun0" }.Select(name => MatchStep.Of(new InterfaceKey(IsOutput: true, ByIndex: false), Names(name), negated: true))];

    private static IEnumerable<RuleStep> ToTheServer =>
        [.. To("203.0.113.10/32"), Number(Field.Protocol, 17), MatchStep.Of(FieldKey.DestinationPort, [ValueRange.Exactly(1194)])];

    private static Chain Output(params RuleStep[][] rules)
    {
        return Filter(Hook.Output, 0, acceptsByDefault: false, [[Interface("lo"), Accept], [Interface("tun0"), Accept], .. rules]);
    }

    private static Chain Filter(Hook hook, int priority, bool acceptsByDefault, params RuleStep[][] rules)
    {
        return Of(ChainType.Filter, hook, priority, acceptsByDefault, rules);
    }

    private static Chain Of(ChainType type, Hook hook, int priority, bool acceptsByDefault, params RuleStep[][] rules)
    {
        return new Chain($"{hook} {priority}", new BaseChain(type, hook, priority, acceptsByDefault), Rules(rules));
    }

    private static Table Edge(params RuleStep[][] rules)
    {
        var device = new BaseChain(ChainType.Filter, Hook.Egress, 0, AcceptsByDefault: false)
        {
            Devices = [new InterfacePattern("", IsPrefix: true)],
        };
        return new Table(TableFamily.Netdev, "edge", IsDormant: false, [new Chain("egress", device, Rules(rules))]);
    }

    private static ImmutableArray<Rule> Rules(params RuleStep[][] rules)
    {
        return [.. rules.Select((steps, index) => new Rule($"#{index + 1}", "", [.. steps]))];
    }

    private static MatchStep Interface(string name) => MatchStep.Of(new InterfaceKey(IsOutput: true, ByIndex: false), Names(name));

    private static NameValues Names(string name) => new([new InterfacePattern(name, IsPrefix: false)]);

    private static NumberValues Only(int number) => new([ValueRange.Exactly((UInt128)number)]);

    private static MatchStep Number(Field field, int number) => MatchStep.Of(FieldKey.Whole(field), Only(number));

    private static MatchStep State(ConnectionState state) => Number(Field.ConnectionState, (int)state);

    private static VerdictMapEntry Entry(ConnectionState state, VerdictStep verdict) => new(new Element([Only((int)state)]), verdict);

    private static IEnumerable<RuleStep> To(string network)
    {
        var range = AddressRanges.Of(IPNetwork.Parse(network));
        var family = AddressRanges.FamilyOf(IPNetwork.Parse(network).BaseAddress);
        return [new FamilyStep(family), MatchStep.Of(FieldKey.Whole(Field.Destination, family), [range])];
    }

    private static UInt128 Number(string address) => AddressRanges.ToNumber(IPAddress.Parse(address));

    private static ProofResult Prove(params Chain[] chains) => Prove(Listings.Policy, chains);

    private static ProofResult Prove(EgressPolicy policy, params Chain[] chains)
    {
        var named = chains.Select((chain, index) => chain with { Name = $"{chain.Name} {index}" });
        return RulesetProver.Prove(Loaded(new Table(TableFamily.Inet, "wall", IsDormant: false, [.. named])), policy);
    }

    private static ProofResult Prove(params Table[] tables) => RulesetProver.Prove(Loaded(tables), Listings.Policy);

    private static LoadedRuleset Loaded(params Table[] tables)
    {
        return new LoadedRuleset(new Ruleset([.. tables])) { Interfaces = ["lo", "eth0", "tun0"] };
    }
}
