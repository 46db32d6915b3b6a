// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>
/// What matters of one family's tables, as a text that can be compared: our chains, and of each built-in chain that
/// calls one of them its policy and whether the call comes first. What others have is left out.
/// </summary>
public static class IptablesListing
{
    /// <summary>Writes it from a listing of the kernel's tables.</summary>
    public static string Of(IpFamily family, SavedTables saved)
    {
        var text = new StringBuilder();
        foreach (var name in IptablesTable.InOrder)
        {
            var table = saved.Table(name);
            var calling = table.BuiltInChains.Where(chain => IsOfInterest(table, name, chain));
            foreach (var builtIn in calling.Order(StringComparer.Ordinal))
            {
                Append(text, family, name, builtIn, CallsIn(table, name, builtIn));
            }

            foreach (var chain in table.OwnChains.Where(chain => !RestoreScript.IsMemory(chain)).Order(StringComparer.Ordinal))
            {
                Append(text, family, name, chain, table.Rules(chain).Select(rule => rule.Text));
            }
        }

        return text.ToString();
    }

    /// <summary>Writes it of tables that are to be loaded.</summary>
    public static string Of(IpFamily family, ImmutableArray<IptablesTable> wanted)
    {
        var text = new StringBuilder();
        foreach (var table in wanted)
        {
            var calls = table.Chains.Where(chain => chain.CalledFrom is not null);
            foreach (var chain in calls.OrderBy(chain => chain.CalledFrom, StringComparer.Ordinal))
            {
                var jump = "-j " + chain.Name;
                Append(text, family, table.Name, chain.CalledFrom!, table.IsWall ? ["policy DROP", jump] : [jump]);
            }

            foreach (var chain in table.Chains.OrderBy(chain => chain.Name, StringComparer.Ordinal))
            {
                Append(text, family, table.Name, chain.Name, chain.Rules);
            }
        }

        return text.ToString();
    }

    private static bool IsOfInterest(SavedTable table, string name, string builtIn)
    {
        var isWall = name == IptablesTable.Filter && IptablesTable.Walls.Contains(builtIn) && table.OwnChains.Any();
        return isWall || table.Rules(builtIn).Any(rule => rule.JumpsToOurs);
    }

    private static IEnumerable<string> CallsIn(SavedTable table, string name, string builtIn)
    {
        if (name == IptablesTable.Filter)
        {
            yield return $"policy {table.Policy(builtIn)}";
        }

        var isFirst = true;
        foreach (var rule in table.Rules(builtIn))
        {
            if (rule.JumpsToOurs)
            {
                yield return isFirst ? rule.Text : $"{rule.Text} (behind rules of others)";
            }

            isFirst = false;
        }
    }

    private static void Append(StringBuilder text, IpFamily family, string table, string chain, IEnumerable<string> lines)
    {
        text.Append("\tchain ").Append(family.Program()).Append('/').Append(table).Append('/').Append(chain).Append(" {\n");
        foreach (var line in lines)
        {
            text.Append("\t\t").Append(line).Append('\n');
        }

        text.Append("\t}\n");
    }
}
