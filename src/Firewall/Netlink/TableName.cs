// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>A table of nftables.</summary>
/// <param name="Family">Its family.</param>
/// <param name="Name">Its name in the family.</param>
public readonly record struct TableName(NftablesFamily Family, string Name)
{
    /// <summary>As nft writes it.</summary>
    public override string ToString() => Family switch
    {
        NftablesFamily.Netdev => "netdev ",
        NftablesFamily.Ipv4 => "ip ",
        NftablesFamily.Ipv6 => "ip6 ",
        _ => "inet ",
    } + Name;
}
