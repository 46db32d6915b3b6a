// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text;

namespace LeakVerifier.Firewall.Rules;

/// <summary>One chain: its name, where the kernel calls it, and its rules, spelled as nft lists them.</summary>
/// <param name="Name">The chain's name.</param>
/// <param name="Hook">
/// Type, hook, priority and policy of a base chain; null: a regular chain, which is only reached by a jump.
/// </param>
/// <param name="Rules">The rules, in order.</param>
public sealed record Chain(string Name, string? Hook, ImmutableArray<string> Rules)
{
    /// <summary>Adds the chain as nft lists it.</summary>
    internal void AppendTo(StringBuilder text)
    {
        text.Append("\tchain ").Append(Name).Append(" {\n");
        if (Hook is not null)
        {
            text.Append("\t\t").Append(Hook).Append('\n');
        }

        foreach (var rule in Rules)
        {
            text.Append("\t\t").Append(rule).Append('\n');
        }

        text.Append("\t}\n");
    }
}
