// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>Names the rules in which two listings differ, for a person to read.</summary>
public static class TextDifference
{
    /// <summary>How many rules are named.</summary>
    public const int Limit = 20;

    /// <summary>Rules that only one of two listings has, each with its chain; or that they have another order.</summary>
    /// <param name="wanted">The listing that should be there; its rules are marked <c>-</c>.</param>
    /// <param name="found">The listing that is there; its rules are marked <c>+</c>.</param>
    public static ImmutableArray<string> Between(string wanted, string found)
    {
        var missing = Rules(wanted);
        var added = Rules(found);
        foreach (var rule in missing.Where(added.Remove).ToList())
        {
            missing.Remove(rule);
        }

        var lines = added.Select(rule => "+ " + rule).Concat(missing.Select(rule => "- " + rule)).Take(Limit);
        return added.Count + missing.Count == 0 ? ["the same rules in another order"] : [.. lines];
    }

    private static List<string> Rules(string listing)
    {
        var rules = new List<string>();
        var chain = "";
        foreach (var line in listing.Split('\n'))
        {
            var text = line.Trim();
            if (text.StartsWith("chain ", StringComparison.Ordinal))
            {
                chain = text["chain ".Length..].TrimEnd(' ', '{') + ": ";
                rules.Add(chain + "the chain");
            }
            else if (text is not ("" or "}"))
            {
                rules.Add(chain + text);
            }
        }

        return rules;
    }
}
