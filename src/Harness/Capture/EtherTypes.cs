// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Capture;

/// <summary>EtherTypes that the judge knows (IEEE 802 numbers, as listed by IANA).</summary>
public static class EtherTypes
{
    /// <summary>Smaller values are a length (IEEE 802.3, clause 3.2.6): LLC, such as spanning tree.</summary>
    public const ushort Smallest = 0x0600;

    /// <summary>IPv4.</summary>
    public const ushort IPv4 = 0x0800;

    /// <summary>Address resolution (RFC 826).</summary>
    public const ushort Arp = 0x0806;

    /// <summary>A customer's VLAN tag (IEEE 802.1Q).</summary>
    public const ushort Vlan = 0x8100;

    /// <summary>IPv6.</summary>
    public const ushort IPv6 = 0x86dd;

    /// <summary>A provider's VLAN tag (IEEE 802.1ad).</summary>
    public const ushort ProviderVlan = 0x88a8;

    /// <summary>Logging in to a network (IEEE 802.1X).</summary>
    public const ushort Eapol = 0x888e;

    /// <summary>Link layer discovery (IEEE 802.1AB).</summary>
    public const ushort Lldp = 0x88cc;

    /// <summary>The tag that switches used for stacked VLANs before IEEE 802.1ad.</summary>
    public const ushort StackedVlan = 0x9100;

    /// <summary>IEEE 802's "local experimental EtherType 1": the sentinels.</summary>
    public const ushort LocalExperimental = 0x88b5;

    /// <summary>Whether a tag of four bytes follows the addresses.</summary>
    public static bool IsTag(ushort etherType) => etherType is Vlan or ProviderVlan or StackedVlan;

    /// <summary>The name of a type, or its number.</summary>
    public static string Describe(ushort etherType) => etherType switch
    {
        < Smallest => "LLC",
        IPv4 => "IPv4",
        Arp => "ARP",
        IPv6 => "IPv6",
        Vlan or ProviderVlan or StackedVlan => "VLAN",
        0x8847 => "MPLS",
        0x8863 or 0x8864 => "PPPoE",
        Eapol => "EAPOL",
        Lldp => "LLDP",
        0x88e5 => "MACsec",
        _ => $"EtherType 0x{etherType:x4}",
    };
}
