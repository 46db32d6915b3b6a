// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Which part of the kernel a netlink socket talks to (netlink(7)).</summary>
public enum NetlinkProtocol
{
    /// <summary>NETLINK_ROUTE: links, addresses, routes (rtnetlink(7)).</summary>
    Route = 0,

    /// <summary>NETLINK_NETFILTER: nftables among others (linux/netfilter/nfnetlink.h).</summary>
    Netfilter = 12,
}
