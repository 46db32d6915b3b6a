// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Families of nftables' tables (linux/netfilter.h).</summary>
public enum NftablesFamily : byte
{
    /// <summary>NFPROTO_UNSPEC: of any family.</summary>
    Any = 0,

    /// <summary>NFPROTO_INET: IPv4 and IPv6.</summary>
    Inet = 1,

    /// <summary>NFPROTO_NETDEV: at an interface.</summary>
    Netdev = 5,
}
