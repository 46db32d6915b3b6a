// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>A table of nftables.</summary>
/// <param name="Family">Its family.</param>
/// <param name="Name">Its name in the family.</param>
public readonly record struct TableName(NftablesFamily Family, string Name)
{
    /// <summary>As nft writes it.</summary>
    public override string ToString() => $"{(Family == NftablesFamily.Netdev ? "netdev" : "inet")} {Name}";
}
