// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using System.Text;

namespace LeakVerifier.Firewall.Rules;

/// <summary>What the table of the second wall is to hold.</summary>
/// <param name="Chains">The list of what may leave, then the chain that every frame meets.</param>
public sealed record FrameRuleset(ImmutableArray<Chain> Chains)
{
    /// <summary>
    /// The table as <see cref="FrameListing.Comparable"/> gives it of nft's listing: without what is a fact of the
    /// machine, its interfaces and the tunnel's addresses.
    /// </summary>
    public string Listing { get; } = Render(Chains, [], []);

    /// <summary>The commands that replace the table, loaded or not, by this one.</summary>
    /// <param name="interfaces">Whose frames it is to see, at least one.</param>
    /// <param name="tunnelAddresses">The addresses that no frame may name.</param>
    public string Script(IEnumerable<string> interfaces, IEnumerable<IPAddress> tunnelAddresses)
    {
        const string table = SecondWall.Table;
        return $"table {table}\ndelete table {table}\n\n{Render(Chains, interfaces, tunnelAddresses)}";
    }

    private static string Render(
        ImmutableArray<Chain> chains, IEnumerable<string> interfaces, IEnumerable<IPAddress> tunnelAddresses)
    {
        var text = new StringBuilder("table ").Append(SecondWall.Table).Append(" {\n");
        TunnelNamesChain.Build(tunnelAddresses).AppendTo(text);
        foreach (var chain in chains.Concat(SecondWall.BaseChains(interfaces)))
        {
            text.Append('\n');
            chain.AppendTo(text);
        }

        return text.Append("}\n").ToString();
    }
}
