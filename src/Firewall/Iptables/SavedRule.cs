// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>One listed rule.</summary>
/// <param name="Chain">Its chain.</param>
/// <param name="Text">What follows <c>-A CHAIN </c>.</param>
/// <param name="Packets">How many packets it matched; null when that was not listed.</param>
public sealed record SavedRule(string Chain, string Text, ulong? Packets)
{
    /// <summary>Whether it does nothing but jump to (or end in) <paramref name="target"/>, on every packet.</summary>
    public bool Is(string target) => Text == "-j " + target;

    /// <summary>Whether its last word is this target.</summary>
    public bool Ends(string target) => Text.EndsWith("-j " + target, StringComparison.Ordinal);

    /// <summary>Whether it jumps to a chain of ours.</summary>
    public bool JumpsToOurs => Text.Contains("-j " + IptablesChain.Prefix, StringComparison.Ordinal)
        || Text.Contains("-g " + IptablesChain.Prefix, StringComparison.Ordinal);

    /// <summary>Reads <c>-A CHAIN TEXT</c>, with <c>[packets:bytes] </c> before it or not.</summary>
    internal static SavedRule? Read(string line)
    {
        ulong? packets = null;
        if (line.StartsWith('[') && line.IndexOf("] ", StringComparison.Ordinal) is > 0 and var end)
        {
            packets = ulong.TryParse(line[1..end].Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
            line = line[(end + 2)..];
        }

        return line.Split(' ', 3) is ["-A", var chain, var text] ? new SavedRule(chain, text.TrimEnd(), packets) : null;
    }
}
