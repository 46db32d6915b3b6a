// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>Our part of one table.</summary>
/// <param name="Name"><c>filter</c>, <c>mangle</c>, <c>raw</c> or <c>nat</c>.</param>
/// <param name="Chains">Our chains, a jump's target before the jump.</param>
public sealed record IptablesTable(string Name, ImmutableArray<IptablesChain> Chains)
{
    /// <summary>The table whose built-in chains drop by policy.</summary>
    public const string Filter = "filter";

    /// <summary>
    /// The order in which tables are loaded, each in a transaction of its own: the wall first, what only translates
    /// last.
    /// </summary>
    public static ImmutableArray<string> InOrder { get; } = [Filter, "mangle", "raw", "nat"];

    /// <summary>The built-in chains whose policy is DROP while the firewall is up.</summary>
    public static ImmutableArray<string> Walls { get; } = ["INPUT", "FORWARD", "OUTPUT"];

    /// <summary>Whether this table's built-in chains drop by policy.</summary>
    public bool IsWall => Name == Filter;
}
