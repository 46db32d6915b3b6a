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
    public string Name { get; } = $"{Table.Family.ToString().ToLowerInvariant()} {Table.Name} {Chain.Name}";
}

/// <summary>The base chains that the kernel calls for packets of a family, and what their rules can do.</summary>
internal sealed class Hooks
{
    /// <summary>Where destinations are translated, whatever a nat chain's own priority (NF_IP_PRI_NAT_DST).</summary>
    public const int DestinationNatPriority = -100;

    /// <summary>Where sources are translated (NF_IP_PRI_NAT_SRC).</summary>
    public const int SourceNatPriority = 100;

    private readonly ImmutableArray<HookedChain> _chains;

    /// <summary>Collects the base chains.</summary>
    public Hooks(Ruleset ruleset, IpFamily family)
    {
        var tables = ruleset.Tables.Where(table => !table.IsDormant && Sees(table, family)).ToList();
        _chains =
        [
            .. from table in tables
               from chain in table.Chains
               let hooked = chain.Base
               where hooked is not null
               orderby hooked.Priority
               select new HookedChain(table, chain, hooked),
        ];
        var steps = tables.Where(table => table.Family != TableFamily.Netdev)
            .SelectMany(table => table.Chains).SelectMany(chain => chain.Rules).SelectMany(rule => rule.Steps).ToList();
        HasNat = _chains.Any(chain => chain.Base.Type == ChainType.Nat);
        HasTracking = HasNat || steps.Any(UsesTracking);
        MarksIncoming = MayMark(ruleset);
        MayRewrite = steps.Any(step => step is OpaqueStep or TranslateStep { IsDestination: true }
            or AssignStep { Field: not (Field.Mark or Field.ConnectionMark) });
        CanReroute = HasNat || _chains.Any(chain =>
            chain.Base is { Type: ChainType.Route, Hook: Hook.Output } && MayChange(chain.Table));
    }

    /// <summary>Whether addresses are translated.</summary>
    public bool HasNat { get; }

    /// <summary>Whether connections are tracked, and fragments reassembled, because of these rules.</summary>
    public bool HasTracking { get; }

    /// <summary>Whether packets may have a mark when they reach prerouting.</summary>
    public bool MarksIncoming { get; }

    /// <summary>Whether rules may make the kernel route a packet of its own again.</summary>
    public bool CanReroute { get; }

    /// <summary>Whether rules may change destinations, or anything.</summary>
    public bool MayRewrite { get; }

    /// <summary>The chains of a hook in the kernel's order.</summary>
    public IEnumerable<HookedChain> At(Hook hook, bool isNat)
    {
        return _chains.Where(chain => chain.Base.Hook == hook && chain.Base.Type == ChainType.Nat == isNat);
    }

    private static bool Sees(Table table, IpFamily family)
    {
        return table.Family is TableFamily.Inet or TableFamily.Netdev
            || table.Family == (family == IpFamily.Ip4 ? TableFamily.Ip : TableFamily.Ip6);
    }

    private static bool MayMark(Ruleset ruleset)
    {
        // A tunnel's inner packet may keep the mark that the outer one got.
        return ruleset.Tables.Any(table => table.Chains.Any(chain => chain.Base?.Hook == Hook.Ingress)
            || table.Chains.Any(chain => chain.Base?.Hook is Hook.Prerouting or Hook.Input) && MayChange(table));
    }

    private static bool MayChange(Table table)
    {
        return table.Chains.SelectMany(chain => chain.Rules).SelectMany(rule => rule.Steps)
            .Any(step => step is AssignStep { Field: Field.Mark } or RewriteStep);
    }

    private static bool UsesTracking(RuleStep step)
    {
        return step is MatchStep match && match.Keys.OfType<FieldKey>().Any(key => key.Field is Field.ConnectionState
            or Field.ConnectionDirection or Field.ConnectionMark or Field.ConnectionStatus);
    }
}
