// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>How many packets each chain refused since it was loaded.</summary>
public static class BlockedPackets
{
    private const string Chain = "\tchain ";
    private const string Counter = "counter packets ";

    /// <summary>Adds up the counters of each chain of a listing; chains without a counter are left out.</summary>
    public static IReadOnlyList<KeyValuePair<string, ulong>> Count(string listing)
    {
        var counts = new List<KeyValuePair<string, ulong>>();
        var chain = "";
        foreach (var line in listing.Split('\n'))
        {
            if (line.StartsWith(Chain, StringComparison.Ordinal))
            {
                chain = line[Chain.Length..].TrimEnd(' ', '{');
            }
            else if (Packets(line) is { } packets)
            {
                var before = counts is [.., var last] && last.Key == chain ? last.Value : 0;
                counts.RemoveAll(count => count.Key == chain);
                counts.Add(new(chain, before + packets));
            }
        }

        return counts;
    }

    private static ulong? Packets(string line)
    {
        var start = line.IndexOf(Counter, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var number = line[(start + Counter.Length)..].Split(' ')[0];
        return ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var packets) ? packets : null;
    }
}
