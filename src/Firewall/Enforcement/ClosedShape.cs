// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using LeakVerifier.Firewall.Rules;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>
/// Tells whether a listed table is a wall at all, whatever its list of exceptions: it is awake, each direction has its
/// chain, which drops by policy and ends with an unconditional refusal, and no unconditional acceptance precedes that, in
/// the chain or in one that it asks.
/// </summary>
/// <remarks>
/// Asked when no configuration says what the rules ought to be. An empty table of the same name, or one whose chains
/// were emptied, is not a wall; one that asks a chain which is not of ours may not be one.
/// </remarks>
public static partial class ClosedShape
{
    private static readonly (string Chain, string Hook)[] Walls =
        [("input", "input"), ("forward", "forward"), ("output", "output"), ("guard", "postrouting")];

    /// <summary>Chains of ours that others ask: all that they do not accept goes back.</summary>
    private static readonly string[] Lists =
        [MayLeaveChain.Name, MayLeaveChain.NameWithoutCgroup, FramesChain.Name, FrameListChain.Name, TunnelNamesChain.Name];

    /// <summary>Whether the table of the first wall stops what it does not accept.</summary>
    public static bool Holds(string listing)
    {
        return !IsDormant(listing)
            && Walls.All(wall => IsWall(ChainLines(listing, wall.Chain), wall.Hook))
            && Lists.All(list => AcceptsByCondition(ChainLines(listing, list)));
    }

    /// <summary>Whether the table of the second wall stops what it does not accept, on the interfaces that it names.</summary>
    public static bool HoldsFrames(string listing)
    {
        return !IsDormant(listing)
            && BaseChains().Matches(listing) is { Count: > 0 } chains
            && chains.All(chain => IsWall(ChainLines(listing, chain.Groups["name"].Value), "egress"))
            && IsRefusal(ChainLines(listing, FramesChain.Name).LastOrDefault(""))
            && Lists.All(list => AcceptsByCondition(ChainLines(listing, list)));
    }

    /// <summary>A table with this flag is listed like any other, and none of its chains is called.</summary>
    private static bool IsDormant(string listing)
    {
        return listing.Split('\n').Any(line =>
            line.TrimStart().StartsWith("flags ", StringComparison.Ordinal) && line.Contains("dormant", StringComparison.Ordinal));
    }

    private static bool IsWall(string[] lines, string hook)
    {
        return lines.Length >= 2
            && lines[0].StartsWith($"type filter hook {hook} ", StringComparison.Ordinal)
            && lines[0].EndsWith("policy drop;", StringComparison.Ordinal)
            && IsRefusal(lines[^1])
            && AcceptsByCondition(lines);
    }

    private static bool IsRefusal(string line)
    {
        return line == "drop"
            || (line.StartsWith("counter", StringComparison.Ordinal)
                && (line.Contains(" drop", StringComparison.Ordinal) || line.Contains(" reject", StringComparison.Ordinal)));
    }

    private static bool AcceptsByCondition(string[] lines)
    {
        return !lines.Select(line => Quoted().Replace(line, "\"\"")).Any(line => AcceptsEverything(line) || AsksOthers(line.Split(' ')));
    }

    private static bool AcceptsEverything(string line)
    {
        var isConditional = !line.StartsWith("accept", StringComparison.Ordinal)
            && !line.StartsWith("counter", StringComparison.Ordinal)
            && !line.StartsWith("log", StringComparison.Ordinal);
        return !isConditional && line.Contains("accept", StringComparison.Ordinal);
    }

    /// <summary>Whether a rule leaves the verdict to something that is not ours.</summary>
    private static bool AsksOthers(string[] words)
    {
        var jump = Array.IndexOf(words, "jump");
        return words.Any(word => word is "goto" or "vmap" or "queue")
            || (jump >= 0 && !Lists.Contains(words.ElementAtOrDefault(jump + 1)));
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

        // The last line break of the opening is the first of a chain without rules.
        start += opening.Length;
        var end = listing.IndexOf("\n\t}", start - 1, StringComparison.Ordinal);
        return end < start ? [] : [.. listing[start..end].Split('\n').Select(line => line.Trim())];
    }

    [GeneratedRegex("\tchain (?<name>" + SecondWall.BaseName + "[0-9]*) \\{\n")]
    private static partial Regex BaseChains();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();
}
