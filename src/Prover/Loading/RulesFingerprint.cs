// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.RegularExpressions;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.Prover.Loading;

/// <summary>
/// Tells rulesets apart by all that an answer rests on. What changes while rules work, or when the same rules are loaded
/// again (counters, handles, the numbers of anonymous sets, the order of elements), is left out: what is equal has the same
/// answer, and what is called different only costs a second proof.
/// </summary>
internal static partial class RulesFingerprint
{
    private const string Element = "\telement ";

    /// <summary>The fingerprint: hexadecimal digits.</summary>
    public static string Of(
        IEnumerable<RulesetListing> listings,
        IEnumerable<TableState> tables,
        IEnumerable<HookDevices> devices,
        MachineSurvey machine)
    {
        var text = new StringBuilder();
        foreach (var listing in listings)
        {
            text.Append(listing.Source).Append('\n');
            AppendSorted(text, Volatile().Replace(Encoding.UTF8.GetString(listing.Content.Span), "").Split('\n'));
        }
        text.AppendJoin('\n', tables).Append('\n');
        foreach (var hook in devices)
        {
            text.Append(hook.Family).Append(' ').Append(hook.Table).Append(' ').Append(hook.Chain).Append(' ');
            text.AppendJoin(' ', hook.Devices).Append('\n');
        }
        text.AppendJoin(' ', machine.Interfaces).Append('\n');
        text.AppendJoin('\n', machine.Obstacles);
        return Convert.ToHexStringLower(Sha256.Of(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // The bytecode has a set's elements in the order of a hash table (net/netfilter/nft_set_hash.c), which differs each time.
    private static void AppendSorted(StringBuilder text, string[] lines)
    {
        for (var start = 0; start < lines.Length;)
        {
            var end = start;
            while (end < lines.Length && lines[end].StartsWith(Element, StringComparison.Ordinal))
            {
                end++;
            }
            lines.AsSpan(start, end - start).Sort(StringComparer.Ordinal);
            for (end = Math.Max(end, start + 1); start < end; start++)
            {
                text.Append(lines[start]).Append('\n');
            }
        }
    }

    // Of nft's JSON, of its bytecode (a rule begins with "inet table chain HANDLE POSITION"), and of iptables-save.
    private const string VolatileParts =
        @"""handle"": \d+|""packets"": \d+, ""bytes"": \d+|""used"": \d+|""expires"": \d+"
        + @"|(?<=^\w+ \S+ \S+)( \d+)+ *$|counter pkts \d+ bytes \d+|consumed \d+|(?<=__(?:set|map))\d+"
        + @"|\[\d+:\d+\]|^#.*$";

    [GeneratedRegex(VolatileParts, RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Volatile();
}
