// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Families of nftables' tables (linux/netfilter.h).</summary>
public enum NftablesFamily : byte
{
    /// <summary>NFPROTO_UNSPEC: of any family.</summary>
    Any = 0,

    /// <summary>NFPROTO_INET: IPv4 and IPv6.</summary>
    Inet = 1,

    /// <summary>NFPROTO_IPV4: what nft calls <c>ip</c>.</summary>
    Ipv4 = 2,

    /// <summary>NFPROTO_NETDEV: at an interface.</summary>
    Netdev = 5,

    /// <summary>NFPROTO_IPV6: what nft calls <c>ip6</c>.</summary>
    Ipv6 = 10,
}
