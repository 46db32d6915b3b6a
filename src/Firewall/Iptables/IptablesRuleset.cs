// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>What the tables of both families are to hold of ours.</summary>
/// <param name="IPv6">Tables of ip6tables.</param>
/// <param name="IPv4">Tables of iptables.</param>
public sealed record IptablesRuleset(ImmutableArray<IptablesTable> IPv6, ImmutableArray<IptablesTable> IPv4)
{
    /// <summary>Number of rules in all chains.</summary>
    public int RuleCount => IPv6.Concat(IPv4).SelectMany(table => table.Chains).Sum(chain => chain.Rules.Length);

    /// <summary>The tables of one family.</summary>
    public ImmutableArray<IptablesTable> Of(IpFamily family) => family == IpFamily.IPv6 ? IPv6 : IPv4;

    /// <summary>
    /// What <c>iptables-restore --noflush</c> (or <c>ip6tables-restore</c>) loads into tables that have nothing of ours,
    /// at boot for example.
    /// </summary>
    public string Script(IpFamily family) => RestoreScript.Replace(Of(family), SavedTables.Empty);

    /// <summary>Both families for a person to read, each to be loaded by its own program.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var family in IpFamilies.InOrder)
        {
            text.Append("# ").Append(family.Word()).Append(": ").Append(family.Program()).Append("-restore --noflush\n");
            text.Append(Script(family));
        }

        return text.ToString();
    }
}
