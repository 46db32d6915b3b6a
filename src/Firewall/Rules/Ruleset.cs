// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text;

namespace LeakVerifier.Firewall.Rules;

/// <summary>What the kernel's tables are to hold.</summary>
/// <remarks>
/// All of the first wall is in one table of the family <c>inet</c>, so that one transaction replaces it for IPv4 and IPv6 alike.
/// Tables of others stay as they are: they cannot weaken this one, since a packet must be accepted by every table.
/// </remarks>
/// <param name="Chains">The chains, in the order in which they are created; a jump's target comes first.</param>
/// <param name="Frames">The second wall, in a table of its own family.</param>
public sealed record Ruleset(ImmutableArray<Chain> Chains, FrameRuleset Frames)
{
    /// <summary>The table's family and name, as nft's commands take them.</summary>
    public const string Table = "inet vpn_firewall";

    /// <summary>
    /// The table as <c>nft --stateless --numeric-protocol list table inet vpn_firewall</c> prints it (nft 1.0.6).
    /// </summary>
    public string Listing { get; } = Render(Chains);

    /// <summary>
    /// The commands that replace the table, loaded or not, by this one in a single transaction. The first line makes
    /// the second succeed when there is no table yet.
    /// </summary>
    public string Script => $"table {Table}\ndelete table {Table}\n\n{Listing}";

    /// <summary>Number of rules in all chains, the second wall's included.</summary>
    public int RuleCount => Chains.Concat(Frames.Chains).Sum(chain => chain.Rules.Length);

    private static string Render(ImmutableArray<Chain> chains)
    {
        var text = new StringBuilder("table ").Append(Table).Append(" {\n");
        for (var index = 0; index < chains.Length; index++)
        {
            if (index > 0)
            {
                text.Append('\n');
            }

            chains[index].AppendTo(text);
        }

        return text.Append("}\n").ToString();
    }
}
