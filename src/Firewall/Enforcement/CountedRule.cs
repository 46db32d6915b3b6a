// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.RegularExpressions;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>A rule that counts, and how many packets it counted since it was loaded.</summary>
/// <param name="Table">The table's family and name.</param>
/// <param name="Chain">The chain.</param>
/// <param name="Number">The rule's place in it, from 1.</param>
/// <param name="Rule">The rule, without the numbers of its counter.</param>
/// <param name="Packets">The packets.</param>
public sealed partial record CountedRule(string Table, string Chain, int Number, string Rule, ulong Packets)
{
    /// <summary>What it does with what it counts, in a word: <c>accept</c>, <c>drop</c>.</summary>
    public string Verdict => Word().Match(Rule) is { Success: true } word ? word.Groups[1].Value.ToLowerInvariant() : "";

    /// <summary>Reads the counters of a listing of one or more tables.</summary>
    public static IReadOnlyList<CountedRule> Read(string listing)
    {
        var rules = new List<CountedRule>();
        var (table, chain, number) = ("", "", 0);
        foreach (var line in listing.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("table ", StringComparison.Ordinal))
            {
                table = line["table ".Length..].TrimEnd(' ', '{');
            }
            else if (line.StartsWith("chain ", StringComparison.Ordinal))
            {
                (chain, number) = (line["chain ".Length..].TrimEnd(' ', '{'), 0);
            }
            else if (line is not ("" or "}") && !line.StartsWith("type ", StringComparison.Ordinal))
            {
                number++;
                if (Counter().Match(line) is { Success: true } counter)
                {
                    var packets = ulong.Parse(counter.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
                    rules.Add(new(table, chain, number, line.Replace(counter.Value, "counter", StringComparison.Ordinal), packets));
                }
            }
        }

        return rules;
    }

    // nft has it behind the counter, iptables behind its last option.
    [GeneratedRegex("(?:^|.* )(?:counter|-j) ([A-Za-z]+)")]
    private static partial Regex Word();

    [GeneratedRegex("counter packets ([0-9]{1,19}) bytes [0-9]+")]
    private static partial Regex Counter();
}
