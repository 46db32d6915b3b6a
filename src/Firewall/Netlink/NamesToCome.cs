// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>
/// The names that the kernel gives to network cards before anybody renames them. A card has such a name at its birth, so
/// that a wall which names it beforehand has no gap there.
/// </summary>
public static class NamesToCome
{
    private const int CardsOfAKind = 8;

    /// <summary>Since 6.16 a chain can name an interface that is not there (nft_chain_netdev.c); before, it is an error.</summary>
    private static readonly Version TakesAbsentInterfaces = new(6, 16);

    /// <summary>Ethernet, Wi-Fi, mobile networks, and telephones that are tethered.</summary>
    private static readonly string[] Kinds = ["eth", "wlan", "wwan", "usb"];

    /// <summary>Those that a wall of this kernel can name before they are there.</summary>
    public static ImmutableArray<string> OfThisKernel { get; } =
        Environment.OSVersion.Version >= TakesAbsentInterfaces ? [.. Kinds.SelectMany(Numbered)] : [];

    private static IEnumerable<string> Numbered(string kind)
    {
        return Enumerable.Range(0, CardsOfAKind).Select(number => kind + number.ToString(CultureInfo.InvariantCulture));
    }
}
