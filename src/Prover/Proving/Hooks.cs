// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>A base chain in its place.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Chain">The chain.</param>
/// <param name="Base">Its hook.</param>
internal sealed record HookedChain(Table Table, Chain Chain, BaseChain Base)
{
    /// <summary>How a report calls it: <c>inet table chain</c>.</summary>
    public string Name { get; init; } = $"{Table.Family.ToString().ToLowerInvariant()} {Table.Name} {Chain.Name}";

    /// <summary>What its rules and those of the chains that they call do.</summary>
    public IEnumerable<RuleStep> Steps => Reachable().SelectMany(chain => chain.Rules).SelectMany(rule => rule.Steps);

    private List<Chain> Reachable()
    {
        var chains = new List<Chain> { Chain };
        for (var i = 0; i < chains.Count; i++)
        {
            var targets = chains[i].Rules.SelectMany(rule => rule.Steps).SelectMany(TargetsOf).ToHashSet();
            chains.AddRange(Table.Chains.Where(chain => targets.Contains(chain.Name) && !chains.Contains(chain)));
        }
        return chains;
    }

    private static IEnumerable<string> TargetsOf(RuleStep step) => step switch
    {
        VerdictStep { Target: { } target } => [target],
        VerdictMapStep map => map.Entries.Select(entry => entry.Verdict.Target).OfType<string>(),
        _ => [],
    };
}

/// <summary>The base chains that the kernel calls for packets of a family, and what their rules can do.</summary>
internal sealed class Hooks
{
    /// <summary>Where destinations are translated, whatever a nat chain's own priority (NF_IP_PRI_NAT_DST).</summary>
    public const int DestinationNatPriority = -100;

    /// <summary>Where sources are translated (NF_IP_PRI_NAT_SRC).</summary>
    public const int SourceNatPriority = 100;

    // Where fragments are put together (NF_IP_PRI_CONNTRACK_DEFRAG).
    private const int ReassemblyPriority = -400;

    private readonly ImmutableArray<HookedChain> _chains;

    /// <summary>Collects the base chains.</summary>
    public Hooks(Ruleset ruleset, IpFamily family)
    {
        var tables = ruleset.Tables.Where(table => !table.IsDormant && Sees(table, family)).ToList();
        var chains = from table in tables
                     from chain in table.Chains
                     let hooked = chain.Base
                     where hooked is not null
                     select new HookedChain(table, chain, hooked);
        // Tables of iptables-nft and iptables-legacy have the same names; what is unknown of one is not what is of the other.
        _chains = [.. chains.GroupBy(chain => chain.Name).SelectMany(same => same.Select((chain, index) =>
            index == 0 ? chain : chain with { Name = $"{chain.Name} ({index + 1})" })).OrderBy(chain => chain.Base.Priority)];
        var steps = tables.Where(table => table.Family != TableFamily.Netdev)
            .SelectMany(table => table.Chains).SelectMany(chain => chain.Rules).SelectMany(rule => rule.Steps).ToList();
        HasNat = _chains.Any(chain => chain.Base.Type == ChainType.Nat);
        HasTracking = steps.Any(UsesTracking);
        MayRewrite = steps.Any(step => step is OpaqueStep or TranslateStep { IsDestination: true }
            or AssignStep { Field: not (Field.Mark or Field.ConnectionMark or Field.TrafficClass) });
        AsksForStatus = steps.Any(step => KeysOf(step).Any(key => key is FieldKey { Field: Field.ConnectionStatus }));
        CanReroute = HasNat || _chains.Any(chain => chain.Base.Hook == Hook.Output && MayReroute(chain));
    }

    /// <summary>Whether addresses are translated.</summary>
    public bool HasNat { get; }

    /// <summary>
    /// Whether connections are tracked, and fragments reassembled, because of these rules. A nat chain without rules does not
    /// do that (net/netfilter/nf_conntrack_proto.c, nf_ct_netns_get: translations and what asks for connections do).
    /// </summary>
    public bool HasTracking { get; }

    /// <summary>Whether a rule asks what was done to a connection.</summary>
    public bool AsksForStatus { get; }

    /// <summary>The bit of a connection's status that a translation sets: IPS_DST_NAT or IPS_SRC_NAT.</summary>
    public static int TranslationStatus(bool isDestination) => isDestination ? 5 : 4;

    /// <summary>Whether rules may make the kernel route a packet of its own again.</summary>
    public bool CanReroute { get; }

    /// <summary>Whether rules may change destinations, or anything.</summary>
    public bool MayRewrite { get; }

    /// <summary>The chains of a hook in the kernel's order.</summary>
    public IEnumerable<HookedChain> At(Hook hook, bool isNat)
    {
        return _chains.Where(chain => chain.Base.Hook == hook && chain.Base.Type == ChainType.Nat == isNat);
    }

    /// <summary>What happens at a hook, in the kernel's order as far as it is known.</summary>
    public IEnumerable<Turn> TurnsAt(Hook hook)
    {
        var stages = At(hook, isNat: false).Select(chain => (chain.Base.Priority, Chain: (HookedChain?)chain));
        if (HasNat && TranslationPriority(hook) is { } priority)
        {
            stages = stages.Append((priority, null));
        }
        return stages.GroupBy(stage => stage.Priority).OrderBy(group => group.Key)
            .SelectMany(group => Turn.Of(group.Select(stage => stage.Chain)));
    }

    /// <summary>The nat chains of a hook, in the order in which they are asked as far as it is known.</summary>
    public IEnumerable<Turn> TranslationsAt(Hook hook)
    {
        return At(hook, isNat: true).GroupBy(chain => chain.Base.Priority).SelectMany(Turn.Of);
    }

    /// <summary>Whether fragments are put together at a hook: those of a packet that is not to be tracked are not.</summary>
    public bool Reassembles(Hook hook)
    {
        return HasTracking && !At(hook, isNat: false).Any(chain =>
            chain.Base.Priority <= ReassemblyPriority && chain.Steps.Any(step => step is NotrackStep or OpaqueStep));
    }

    private static int? TranslationPriority(Hook hook) => hook switch
    {
        Hook.Prerouting or Hook.Output => DestinationNatPriority,
        Hook.Postrouting => SourceNatPriority,
        _ => null,
    };

    private static bool Sees(Table table, IpFamily family)
    {
        return table.Family is TableFamily.Inet or TableFamily.Netdev
            || table.Family == (family == IpFamily.Ip4 ? TableFamily.Ip : TableFamily.Ip6);
    }

    // What cannot be followed may be given back with another mark or address: the kernel then routes again, whatever the
    // chain's type (net/netfilter/nf_queue.c, nf_ip_reroute).
    private static bool MayReroute(HookedChain chain)
    {
        return chain.Steps.Any(step => step is OpaqueStep
            || chain.Base.Type == ChainType.Route && step is AssignStep { Field: Field.Mark } or RewriteStep);
    }

    private static bool UsesTracking(RuleStep step) => step switch
    {
        MatchStep or VerdictMapStep => KeysOf(step).Any(IsOfConnection),
        AssignStep assign => assign.Field == Field.ConnectionMark || Matching.AsksForConnection(assign.Value),
        _ => step is TranslateStep,
    };

    private static ImmutableArray<Key> KeysOf(RuleStep step) => step switch
    {
        MatchStep match => match.Keys,
        VerdictMapStep map => map.Keys,
        _ => [],
    };

    private static bool IsOfConnection(Key key) => key is FieldKey field && Matching.IsOfConnection(field.Field);
}
