// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Firewall.Enforcement;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>The tables of one family as <c>iptables-save</c> lists them, everybody's rules included.</summary>
public sealed class SavedTables
{
    private readonly Dictionary<string, SavedTable> _tables = new(StringComparer.Ordinal);

    private SavedTables()
    {
    }

    /// <summary>Tables that nobody has written to.</summary>
    public static SavedTables Empty { get; } = new();

    /// <summary>The tables that were listed.</summary>
    public IEnumerable<string> Names => _tables.Keys;

    /// <summary>Whether any chain is ours.</summary>
    public bool HasOurs => _tables.Values.Any(table => table.OwnChains.Any());

    /// <summary>Reads a listing, with or without counters.</summary>
    public static SavedTables Read(string listing)
    {
        var saved = new SavedTables();
        SavedTable? table = null;
        foreach (var line in listing.Split('\n'))
        {
            if (line.StartsWith('*'))
            {
                table = new SavedTable();
                saved._tables[line[1..].Trim()] = table;
            }
            else if (line.StartsWith(':') && line.Split(' ') is [var name, var policy, ..])
            {
                table?.AddChain(name[1..], policy);
            }
            else if (line.StartsWith('-') || line.StartsWith('['))
            {
                table?.AddRule(line);
            }
        }

        return saved;
    }

    /// <summary>One table; an empty one when it was not listed.</summary>
    public SavedTable Table(string name) => _tables.GetValueOrDefault(name) ?? new SavedTable();

    /// <summary>What is ours of it, and the policies, as <c>iptables-save</c> lists it.</summary>
    public string ToOwnText()
    {
        var text = new StringBuilder();
        foreach (var (name, table) in _tables.Where(entry => entry.Value.OwnChains.Any()))
        {
            text.Append('*').Append(name).Append('\n');
            foreach (var chain in table.BuiltInChains.Concat(table.OwnChains))
            {
                text.Append(':').Append(chain).Append(' ').Append(table.Policy(chain)).Append(" [0:0]\n");
            }

            var rules = table.BuiltInChains.SelectMany(table.Rules).Where(rule => rule.JumpsToOurs)
                .Concat(table.OwnChains.SelectMany(table.Rules));
            text.AppendJoin("", rules.Select(rule => $"-A {rule.Chain} {rule.Text}\n")).Append("COMMIT\n");
        }

        return text.ToString();
    }

    /// <summary>What each rule of ours counted, where that was listed.</summary>
    /// <param name="family">The family's word, before the table's name.</param>
    public IEnumerable<CountedRule> Counted(string family)
    {
        return
            from table in _tables
            from chain in table.Value.OwnChains
            from rule in table.Value.Rules(chain).Select((rule, index) => (Number: index + 1, rule.Text, rule.Packets))
            where rule.Packets is not null
            select new CountedRule($"{family} {table.Key}", chain, rule.Number, rule.Text, rule.Packets!.Value);
    }
}
