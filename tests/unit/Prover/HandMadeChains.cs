// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Rules and chains as words, and what is proved of them on a machine with lo, eth0 and tun0.</summary>
internal static class HandMadeChains
{
    public static readonly VerdictStep Accept = new(VerdictKind.Accept);
    public static readonly VerdictStep Drop = new(VerdictKind.Drop);
    public static readonly RuleStep Later = MatchStep.Of(FieldKey.FragmentPlace, [new ValueRange(1, 0x1fff)]);
    public static readonly RuleStep Marked = MatchStep.Of(FieldKey.Whole(Field.Mark), [ValueRange.Exactly(1)]);
    public static readonly RuleStep Mark = new AssignStep(Field.Mark, new ConstantExpression(1));
    public static readonly Chain Forward = Filter(Hook.Forward, 0, acceptsByDefault: false);

    public static IEnumerable<RuleStep> Neither =>
        [.. new[] { "lo", "tun0" }.Select(name => MatchStep.Of(new InterfaceKey(IsOutput: true, ByIndex: false), Names(name), negated: true))];

    public static IEnumerable<RuleStep> ToTheServer =>
        [.. To("203.0.113.10/32"), Number(Field.Protocol, 17), MatchStep.Of(FieldKey.DestinationPort, [ValueRange.Exactly(1194)])];

    public static Chain Output(params RuleStep[][] rules)
    {
        return Filter(Hook.Output, 0, acceptsByDefault: false, [[Interface("lo"), Accept], [Interface("tun0"), Accept], .. rules]);
    }

    public static Chain Filter(Hook hook, int priority, bool acceptsByDefault, params RuleStep[][] rules)
    {
        return Of(ChainType.Filter, hook, priority, acceptsByDefault, rules);
    }

    public static Chain Of(ChainType type, Hook hook, int priority, bool acceptsByDefault, params RuleStep[][] rules)
    {
        return new Chain($"{hook} {priority}", new BaseChain(type, hook, priority, acceptsByDefault), Rules(rules));
    }

    public static Table Edge(params RuleStep[][] rules)
    {
        var device = new BaseChain(ChainType.Filter, Hook.Egress, 0, AcceptsByDefault: false)
        {
            Devices = [new InterfacePattern("", IsPrefix: true)],
        };
        return new Table(TableFamily.Netdev, "edge", IsDormant: false, [new Chain("egress", device, Rules(rules))]);
    }

    public static ImmutableArray<Rule> Rules(params RuleStep[][] rules)
    {
        return [.. rules.Select((steps, index) => new Rule($"#{index + 1}", "", [.. steps]))];
    }

    public static MatchStep Interface(string name) => MatchStep.Of(new InterfaceKey(IsOutput: true, ByIndex: false), Names(name));

    public static NameValues Names(string name) => new([new InterfacePattern(name, IsPrefix: false)]);

    public static NumberValues Only(int number) => new([ValueRange.Exactly((UInt128)number)]);

    public static MatchStep Number(Field field, int number) => MatchStep.Of(FieldKey.Whole(field), Only(number));

    public static MatchStep State(ConnectionState state) => Number(Field.ConnectionState, (int)state);

    public static VerdictMapEntry Entry(ConnectionState state, VerdictStep verdict) => new(new Element([Only((int)state)]), verdict);

    public static IEnumerable<RuleStep> To(string network)
    {
        var range = AddressRanges.Of(IPNetwork.Parse(network));
        var family = AddressRanges.FamilyOf(IPNetwork.Parse(network).BaseAddress);
        return [new FamilyStep(family), MatchStep.Of(FieldKey.Whole(Field.Destination, family), [range])];
    }

    public static UInt128 Number(string address) => AddressRanges.ToNumber(IPAddress.Parse(address));

    public static ProofResult Prove(params Chain[] chains) => Prove(Listings.Policy, chains);

    public static ProofResult Prove(EgressPolicy policy, params Chain[] chains)
    {
        var named = chains.Select((chain, index) => chain with { Name = $"{chain.Name} {index}" });
        return RulesetProver.Prove(Loaded(new Table(TableFamily.Inet, "wall", IsDormant: false, [.. named])), policy);
    }

    public static ProofResult Prove(params Table[] tables) => RulesetProver.Prove(Loaded(tables), Listings.Policy);

    public static LoadedRuleset Loaded(params Table[] tables)
    {
        return new LoadedRuleset(new Ruleset([.. tables])) { Interfaces = ["lo", "eth0", "tun0"] };
    }
}
