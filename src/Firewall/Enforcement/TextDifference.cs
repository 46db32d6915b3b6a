// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>Names the lines in which two listings differ, for a person to read.</summary>
public static class TextDifference
{
    /// <summary>How many lines are named.</summary>
    public const int Limit = 20;

    /// <summary>Lines between the common beginning and the common end of two texts.</summary>
    /// <param name="wanted">The text that should be there; its lines are marked <c>-</c>.</param>
    /// <param name="found">The text that is there; its lines are marked <c>+</c>.</param>
    public static ImmutableArray<string> Between(string wanted, string found)
    {
        var missing = wanted.Split('\n').AsSpan();
        var added = found.Split('\n').AsSpan();
        var head = missing.CommonPrefixLength(added);
        missing = missing[head..];
        added = added[head..];
        while (!missing.IsEmpty && !added.IsEmpty && missing[^1] == added[^1])
        {
            missing = missing[..^1];
            added = added[..^1];
        }

        return
        [
            .. added.ToArray().Select(line => "+ " + line.Trim())
                .Concat(missing.ToArray().Select(line => "- " + line.Trim()))
                .Take(Limit),
        ];
    }
}
