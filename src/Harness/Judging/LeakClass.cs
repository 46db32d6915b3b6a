// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Harness.Judging;

/// <summary>A kind of leak, as reports name it.</summary>
/// <param name="Id">A stable name in kebab case.</param>
/// <param name="Meaning">What a frame of the kind is, in one line.</param>
/// <param name="Catalogue">The numbers of the catalogue of leak classes that it shows.</param>
public sealed record LeakClass(string Id, string Meaning, ImmutableArray<int> Catalogue)
{
    /// <summary>A flow of the tunnel that goes on in the clear.</summary>
    public static LeakClass TunnelSourceAddress { get; } = new(
        "tunnel-source-address", "sent from an address of the tunnel", [6, 7, 12, 15, 16, 29, 45, 46, 48]);

    /// <summary>The tunnel's address is told to the link.</summary>
    public static LeakClass TunnelAddressNamed { get; } = new(
        "tunnel-address-named", "asks for, answers for or is sent to an address of the tunnel", [22, 44, 50]);

    /// <summary>A VLAN on top of the link.</summary>
    public static LeakClass Vlan { get; } = new("vlan", "carries a VLAN tag", [42]);

    /// <summary>Neither IP nor ARP.</summary>
    public static LeakClass NonIp { get; } = new("non-ip", "an EtherType other than IPv4, IPv6 and ARP", [51]);

    /// <summary>DNS.</summary>
    public static LeakClass Dns { get; } = new("dns", "to port 53 or 853", [63, 64, 65, 66, 67]);

    /// <summary>The address of the VPN server, but not the tunnel.</summary>
    public static LeakClass SharedVpnServer { get; } = new(
        "shared-vpn-server", "to the VPN server's address, but not the tunnel's own transport", [17, 18, 19]);

    /// <summary>A piece of a packet.</summary>
    public static LeakClass Fragment { get; } = new(
        "fragment", "a later fragment, which continues no packet that is on the list", [68]);

    /// <summary>Resolution and configuration.</summary>
    public static LeakClass LinkControl { get; } = new(
        "link-control", "ARP, neighbour discovery or DHCP that the policy does not list", [14, 16, 54, 58, 62]);

    /// <summary>Groups.</summary>
    public static LeakClass Multicast { get; } = new(
        "multicast", "to a group or to everybody, membership reports included", [58, 59, 60, 61]);

    /// <summary>Other protocols.</summary>
    public static LeakClass OtherProtocol { get; } = new(
        "other-protocol", "an IP protocol other than TCP, UDP and ICMP, or IPv6 extension headers", [56, 69]);

    /// <summary>Not readable.</summary>
    public static LeakClass Malformed { get; } = new(
        "malformed", "cannot be read, or carries more than its headers say", [37, 52]);

    /// <summary>A gateway's client learns where the gateway is.</summary>
    public static LeakClass ExternalAddressShown { get; } = new(
        "external-address-shown", "tells a gateway's client the address that the gateway has outside", [80]);

    /// <summary>A gateway's client is reached from outside.</summary>
    public static LeakClass Unsolicited { get; } = new(
        "unsolicited", "from outside to a gateway's client, which did not ask for it", [81]);

    /// <summary>A neighbour finds out about the tunnel's connections.</summary>
    public static LeakClass ConnectionRevealed { get; } = new(
        "connection-revealed", "an answer, into the tunnel, to a packet that a neighbour forged for one of its connections", [45]);

    /// <summary>The plain case.</summary>
    public static LeakClass Direct { get; } = new(
        "direct", "to a host outside of the tunnel", [1, 2, 4, 5, 7, 13, 25, 26, 29, 31, 36, 38, 40, 41, 53]);

    /// <summary>All kinds.</summary>
    public static ImmutableArray<LeakClass> All { get; } =
    [
        TunnelSourceAddress, TunnelAddressNamed, Vlan, NonIp, Dns, SharedVpnServer, Fragment, LinkControl, Multicast,
        OtherProtocol, Malformed, ExternalAddressShown, Unsolicited, ConnectionRevealed, Direct,
    ];
}
