// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Watching;

/// <summary>Names of the tables of this firewall.</summary>
public static class WallTables
{
    /// <summary>The first wall: what the IP layer lets out.</summary>
    public static TableName First { get; } = new(NftablesFamily.Inet, "vpn_firewall");

    /// <summary>The second wall: what an interface lets out.</summary>
    public static TableName Second { get; } = new(NftablesFamily.Netdev, "vpn_firewall");

    /// <summary>The watch's copy of the first wall.</summary>
    public static TableName FirstCopy { get; } = new(NftablesFamily.Inet, "vpn_firewall_watch");

    /// <summary>The watch's copy of the second wall.</summary>
    public static TableName SecondCopy { get; } = new(NftablesFamily.Netdev, "vpn_firewall_watch");

    /// <summary>Whether a name, of whatever family, is one of these.</summary>
    public static bool IsOurs(string name) => name == First.Name || name == FirstCopy.Name;
}
