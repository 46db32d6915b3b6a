// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Model;

/// <summary>The family of a table (nft(8), "ADDRESS FAMILIES").</summary>
public enum TableFamily
{
    /// <summary>IPv4.</summary>
    Ip,

    /// <summary>IPv6.</summary>
    Ip6,

    /// <summary>IPv4 and IPv6.</summary>
    Inet,

    /// <summary>Address resolution.</summary>
    Arp,

    /// <summary>Frames that cross a bridge.</summary>
    Bridge,

    /// <summary>Frames of one device.</summary>
    Netdev,
}

/// <summary>The version of a packet under question.</summary>
public enum IpFamily
{
    /// <summary>IPv4.</summary>
    Ip4,

    /// <summary>IPv6.</summary>
    Ip6,
}

/// <summary>Where the kernel calls a base chain.</summary>
public enum Hook
{
    /// <summary>Frames from a device, before anything else.</summary>
    Ingress,

    /// <summary>Packets from the network, before routing.</summary>
    Prerouting,

    /// <summary>Packets for this machine.</summary>
    Input,

    /// <summary>Packets for others.</summary>
    Forward,

    /// <summary>Packets of this machine.</summary>
    Output,

    /// <summary>Packets about to leave, after routing.</summary>
    Postrouting,

    /// <summary>Frames on their way to a device.</summary>
    Egress,
}

/// <summary>The type of a base chain: a route chain makes the kernel route again, a nat chain sees first packets.</summary>
public enum ChainType
{
    /// <summary>No effect beyond its verdict.</summary>
    Filter,

    /// <summary>A changed mark, address or DSCP is routed again.</summary>
    Route,

    /// <summary>Only for the first packet of a connection.</summary>
    Nat,
}
