// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging;

/// <summary>Which part of the policy a frame is on the list by.</summary>
public enum AllowedReason
{
    /// <summary>The tunnel's own transport to a listed server.</summary>
    Transport,

    /// <summary>An explicit local network.</summary>
    LocalNetwork,

    /// <summary>An explicit local resolver.</summary>
    LocalDns,

    /// <summary>The DHCP client.</summary>
    Dhcp,

    /// <summary>IPv4 address resolution.</summary>
    Arp,

    /// <summary>IPv6 neighbour discovery.</summary>
    NeighbourDiscovery,

    /// <summary>Answers of a service that is reached in the clear, such as SSH.</summary>
    Management,

    /// <summary>Logging in to a network (IEEE 802.1X).</summary>
    Eapol,
}

/// <summary>Parts of the policy in words.</summary>
public static class AllowedReasons
{
    /// <summary>As the object of a sentence.</summary>
    public static string Words(this AllowedReason reason) => reason switch
    {
        AllowedReason.Transport => "the tunnel's transport",
        AllowedReason.LocalNetwork => "the local network",
        AllowedReason.LocalDns => "the local resolver",
        AllowedReason.Dhcp => "DHCP",
        AllowedReason.Arp => "ARP",
        AllowedReason.NeighbourDiscovery => "neighbour discovery",
        AllowedReason.Management => "the service for administration",
        AllowedReason.Eapol => "EAPOL",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "no part of the policy"),
    };
}
