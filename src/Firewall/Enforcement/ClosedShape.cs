// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>
/// Tells whether a listed table is a wall at all, whatever its list of exceptions: each direction has its chain, which
/// drops by policy and ends with an unconditional refusal, which no unconditional acceptance precedes.
/// </summary>
/// <remarks>
/// Asked when no configuration says what the rules ought to be. An empty table of the same name, or one whose chains
/// were emptied, is not a wall.
/// </remarks>
public static class ClosedShape
{
    private static readonly (string Chain, string Hook)[] Walls =
        [("input", "input"), ("forward", "forward"), ("output", "output"), ("guard", "postrouting")];

    /// <summary>Whether the table stops what it does not accept.</summary>
    public static bool Holds(string listing)
    {
        return Walls.All(wall => IsWall(ChainLines(listing, wall.Chain), wall.Hook));
    }

    private static bool IsWall(string[] lines, string hook)
    {
        return lines.Length >= 2
            && lines[0].StartsWith($"type filter hook {hook} ", StringComparison.Ordinal)
            && lines[0].EndsWith("policy drop;", StringComparison.Ordinal)
            && lines[^1].StartsWith("counter", StringComparison.Ordinal)
            && (lines[^1].Contains(" drop", StringComparison.Ordinal)
                || lines[^1].Contains(" reject", StringComparison.Ordinal))
            && !lines.Any(AcceptsEverything);
    }

    private static bool AcceptsEverything(string line)
    {
        var isConditional = !line.StartsWith("accept", StringComparison.Ordinal)
            && !line.StartsWith("counter", StringComparison.Ordinal);
        return !isConditional && line.Contains("accept", StringComparison.Ordinal);
    }

    /// <summary>The lines within a chain's braces, without their indentation.</summary>
    private static string[] ChainLines(string listing, string chain)
    {
        var opening = $"\tchain {chain} {{\n";
        var start = listing.IndexOf(opening, StringComparison.Ordinal);
        if (start < 0)
        {
            return [];
        }

        start += opening.Length;
        var end = listing.IndexOf("\n\t}", start, StringComparison.Ordinal);
        return end < 0 ? [] : [.. listing[start..end].Split('\n').Select(line => line.Trim())];
    }
}
