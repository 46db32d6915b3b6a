// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>
/// Writes what <c>iptables-restore --noflush</c> needs to get from what is loaded to what is wanted, touching nothing
/// but our chains, the jumps to them and the policies of the walls.
/// </summary>
/// <remarks>
/// Each table is one transaction, in which a declared chain of ours is emptied and filled again. No built-in chain is
/// emptied or made anew, so their policies hold all the time: the gap that a whole <c>iptables-restore</c> has (37
/// leaks in 40 reloads) does not arise.
/// </remarks>
public static class RestoreScript
{
    /// <summary>
    /// What the name of a chain begins with that remembers a policy: that this built-in chain dropped by policy before
    /// we came, so that leaving does not open what somebody else closed.
    /// </summary>
    private const string Dropped = IptablesChain.Prefix + "had-DROP-";

    /// <summary>Replaces whatever is ours by these tables.</summary>
    /// <param name="wanted">The tables; none: everything of ours is removed, and the policies are as they were.</param>
    /// <param name="loaded">What is loaded.</param>
    public static string Replace(ImmutableArray<IptablesTable> wanted, SavedTables loaded)
    {
        var script = new StringBuilder();
        foreach (var name in IptablesTable.InOrder)
        {
            var table = wanted.FirstOrDefault(table => table.Name == name);
            var current = loaded.Table(name);
            if (table is not null || current.OwnChains.Any())
            {
                Append(script, name, table, current);
            }
        }

        return script.ToString();
    }

    /// <summary>Brings back what is ours in <paramref name="before"/>.</summary>
    public static string Restore(SavedTables before, SavedTables loaded)
    {
        return Replace([.. IptablesTable.InOrder.Select(name => OursIn(name, before.Table(name))).OfType<IptablesTable>()], loaded);
    }

    /// <summary>Whether a chain is only there to remember a policy.</summary>
    internal static bool IsMemory(string chain) => chain.StartsWith(Dropped, StringComparison.Ordinal);

    private static IptablesTable? OursIn(string name, SavedTable table)
    {
        var chains = table.OwnChains.Where(chain => !IsMemory(chain)).Select(chain => new IptablesChain(
            chain,
            table.BuiltInChains.FirstOrDefault(builtIn => table.Rules(builtIn).Any(rule => rule.Is(chain))),
            [.. table.Rules(chain).Select(rule => rule.Text)]));
        return table.OwnChains.Any() ? new IptablesTable(name, [.. chains]) : null;
    }

    private static void Append(StringBuilder script, string name, IptablesTable? wanted, SavedTable loaded)
    {
        var chains = wanted?.Chains ?? [];
        script.Append('*').Append(name).Append('\n');
        var memories = AppendPolicies(script, name, wanted, loaded);
        foreach (var chain in chains.Select(chain => chain.Name).Concat(memories))
        {
            script.Append(':').Append(chain).Append(" - [0:0]\n");
        }

        // Declaring empties them; without rules and jumps they can be deleted below.
        var leftovers = loaded.OwnChains.Except(chains.Select(chain => chain.Name)).Except(memories).ToList();
        script.AppendJoin("", leftovers.Select(chain => $":{chain} - [0:0]\n"));
        AppendJumps(script, chains, loaded);
        foreach (var chain in chains)
        {
            script.AppendJoin("", chain.Rules.Select(rule => $"-A {chain.Name} {rule}\n"));
        }

        script.AppendJoin("", leftovers.Select(chain => $"-X {chain}\n"));
        script.Append("COMMIT\n");
    }

    /// <summary>The policies of the walls, and the chains that remember what they were.</summary>
    private static List<string> AppendPolicies(StringBuilder script, string name, IptablesTable? wanted, SavedTable loaded)
    {
        var memories = new List<string>();
        var isFirst = !loaded.OwnChains.Any();
        foreach (var wall in name == IptablesTable.Filter ? IptablesTable.Walls : [])
        {
            var memory = Dropped + wall;
            var droppedBefore = isFirst ? loaded.Policy(wall) == "DROP" : loaded.OwnChains.Contains(memory);
            var policy = wanted is not null || droppedBefore ? "DROP" : "ACCEPT";
            script.Append(':').Append(wall).Append(' ').Append(policy).Append(" [0:0]\n");
            if (wanted is not null && droppedBefore)
            {
                memories.Add(memory);
            }
        }

        return memories;
    }

    /// <summary>Each of our jumps is the first rule of its built-in chain, and the only one to ours there.</summary>
    private static void AppendJumps(StringBuilder script, ImmutableArray<IptablesChain> chains, SavedTable loaded)
    {
        foreach (var builtIn in loaded.BuiltInChains)
        {
            var wanted = chains.FirstOrDefault(chain => chain.CalledFrom == builtIn)?.Name;
            var ours = loaded.Rules(builtIn).Where(rule => rule.JumpsToOurs).ToList();
            if (!IsInPlace(wanted, ours, loaded.Rules(builtIn)))
            {
                script.AppendJoin("", ours.Select(rule => $"-D {builtIn} {rule.Text}\n"));
            }
        }

        foreach (var chain in chains.Where(chain => chain.CalledFrom is not null))
        {
            var rules = loaded.Rules(chain.CalledFrom!);
            if (!IsInPlace(chain.Name, rules.Where(rule => rule.JumpsToOurs).ToList(), rules))
            {
                script.Append($"-I {chain.CalledFrom} 1 -j {chain.Name}\n");
            }
        }
    }

    private static bool IsInPlace(string? wanted, List<SavedRule> ours, IReadOnlyList<SavedRule> all)
    {
        return wanted is not null && ours.Count == 1 && all[0].Is(wanted);
    }
}
