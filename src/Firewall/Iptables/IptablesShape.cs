// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Iptables;

/// <summary>
/// Tells whether the tables of one family are a wall at all, whatever its exceptions; see
/// <see cref="Enforcement.ClosedShape"/>.
/// </summary>
public static class IptablesShape
{
    private static readonly (string Table, string BuiltIn, string Chain)[] Walls =
    [
        (IptablesTable.Filter, "INPUT", "input"),
        (IptablesTable.Filter, "FORWARD", "forward"),
        (IptablesTable.Filter, "OUTPUT", "output"),
        ("mangle", "POSTROUTING", "guard"),
    ];

    /// <summary>Whether the tables stop what they do not accept.</summary>
    public static bool IsClosed(SavedTables saved)
    {
        return Walls.All(wall => IsWall(saved.Table(wall.Table), wall.BuiltIn, IptablesChain.Prefix + wall.Chain))
            && IptablesTable.Walls.All(builtIn => saved.Table(IptablesTable.Filter).Policy(builtIn) == "DROP");
    }

    /// <summary>
    /// Called first, ends with an unconditional refusal, and neither it nor a chain that it calls accepts everything.
    /// </summary>
    private static bool IsWall(SavedTable table, string builtIn, string chain)
    {
        var rules = table.Rules(chain);
        return table.Rules(builtIn) is [var first, ..]
            && first.Is(chain)
            && rules is [.., var last]
            && (last.Is("DROP") || last.Text.StartsWith("-j REJECT", StringComparison.Ordinal))
            && !AcceptsEverything(rules)
            && !AcceptsEverything(table.Rules(IptablesMayLeave.Name));
    }

    private static bool AcceptsEverything(IEnumerable<SavedRule> rules)
    {
        return rules.Any(rule => rule.Text.StartsWith("-g ", StringComparison.Ordinal)
            || rule.Text.StartsWith("-j ", StringComparison.Ordinal) && !IsKnown(rule.Text));
    }

    /// <summary>What an unconditional rule of a wall may do: refuse, or ask the list.</summary>
    private static bool IsKnown(string rule)
    {
        return rule is "-j DROP" or $"-j {IptablesMayLeave.Name}" or "-j RETURN"
            || rule.StartsWith("-j REJECT", StringComparison.Ordinal)
            || rule.StartsWith("-j LOG", StringComparison.Ordinal);
    }
}
