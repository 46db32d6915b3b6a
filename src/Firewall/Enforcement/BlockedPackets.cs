// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>How many packets each chain refused since it was loaded.</summary>
public static class BlockedPackets
{
    /// <summary>Adds up the refusals of each chain; chains that refuse nothing by a rule are left out.</summary>
    public static IReadOnlyList<KeyValuePair<string, ulong>> Count(IEnumerable<CountedRule> rules)
    {
        return
        [
            .. rules.Where(rule => rule.Verdict is "drop" or "reject").GroupBy(rule => rule.Chain)
                .Select(chain => KeyValuePair.Create(chain.Key, chain.Aggregate(0UL, (sum, rule) => sum + rule.Packets))),
        ];
    }
}
