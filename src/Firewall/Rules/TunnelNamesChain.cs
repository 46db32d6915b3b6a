// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;

namespace LeakVerifier.Firewall.Rules;

/// <summary>
/// Refuses frames that name an address of the tunnel: neighbours must not learn it. The addresses are those that the
/// tunnel's interface had when the rules were loaded; whoever sees them change replaces this chain's rules alone.
/// </summary>
public static class TunnelNamesChain
{
    /// <summary>The chain's name.</summary>
    public const string Name = "names_tunnel";

    /// <summary>The commands that replace the rules of the chain, which is loaded, in one transaction.</summary>
    public static string Script(IEnumerable<IPAddress> addresses)
    {
        var rules = Build(addresses).Rules.Select(rule => $"add rule {SecondWall.Table} {Name} {rule}\n");
        return $"flush chain {SecondWall.Table} {Name}\n" + string.Concat(rules);
    }

    /// <summary>Whether the rules of a loaded table refuse this address.</summary>
    /// <param name="listing">The table, its counters without numbers.</param>
    /// <param name="address">The address.</param>
    public static bool IsNamed(string listing, IPAddress address)
    {
        return Rules(address).Any(rule => listing.Contains($"\t{rule}\n", StringComparison.Ordinal));
    }

    internal static Chain Build(IEnumerable<IPAddress> addresses)
    {
        return new Chain(Name, Hook: null, [.. addresses.SelectMany(Rules)]);
    }

    private static string[] Rules(IPAddress address)
    {
        if (!Match.IsIPv6(address))
        {
            return
            [
                $"arp saddr ip {address} counter drop",
                $"arp daddr ip {address} counter drop",
                $"ip saddr {address} counter drop",
            ];
        }

        // The target of a solicitation or an advertisement is behind eight bytes of ICMPv6 (RFC 4861); nft 1.0.6 has no
        // name for it.
        var target = Convert.ToHexStringLower(address.GetAddressBytes()).TrimStart('0');
        return
        [
            string.Create(CultureInfo.InvariantCulture,
                $"icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} @th,64,128 0x{target} counter drop"),
            $"ip6 saddr {AddressText.Of(address)} counter drop",
        ];
    }
}
