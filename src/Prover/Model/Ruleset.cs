// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;

namespace LeakVerifier.Prover.Model;

/// <summary>Every table that was read, whoever wrote it.</summary>
/// <param name="Tables">The tables.</param>
public sealed record Ruleset(ImmutableArray<Table> Tables)
{
    /// <summary>No tables.</summary>
    public static Ruleset Empty { get; } = new([]);

    /// <summary>How many rules there are.</summary>
    public int RuleCount => Tables.Sum(table => table.Chains.Sum(chain => chain.Rules.Length));
}

/// <summary>One table.</summary>
/// <param name="Family">Its family.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsDormant">Its base chains are not called (nft(8), flag dormant).</param>
/// <param name="Chains">Its chains.</param>
public sealed record Table(TableFamily Family, string Name, bool IsDormant, ImmutableArray<Chain> Chains)
{
    /// <summary>Things of the table that concern more than one rule and are not modelled, as words.</summary>
    public ImmutableArray<string> Obstacles { get; init; } = [];
}

/// <summary>One chain.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Base">Where the kernel calls it; null: only other chains do.</param>
/// <param name="Rules">Its rules, in order.</param>
public sealed record Chain(string Name, BaseChain? Base, ImmutableArray<Rule> Rules);

/// <summary>Where and how the kernel calls a chain.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Hook">Its hook.</param>
/// <param name="Priority">Chains of a hook are called in the order of this number.</param>
/// <param name="AcceptsByDefault">Its policy.</param>
public sealed record BaseChain(ChainType Type, Hook Hook, int Priority, bool AcceptsByDefault)
{
    /// <summary>
    /// The devices of an ingress or egress chain; null: the dump does not say. A prefix (Linux 6.16 and later) means every
    /// device whose name begins so, later ones too; for a name, see <see cref="HasLaterDevices"/>.
    /// </summary>
    public ImmutableArray<InterfacePattern>? Devices { get; init; }

    /// <summary>
    /// Whether a name of <see cref="Devices"/> means a device that gets it later, too: since Linux 6.16
    /// (net/netfilter/nft_chain_filter.c, nft_netdev_event), before which a chain loses a device for good.
    /// </summary>
    public bool HasLaterDevices { get; init; }
}

/// <summary>One rule.</summary>
/// <param name="Name">How to find it: its chain and its place.</param>
/// <param name="Text">What it says.</param>
/// <param name="Steps">What it does.</param>
public sealed record Rule(string Name, string Text, ImmutableArray<RuleStep> Steps);
