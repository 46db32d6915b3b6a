// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>What actors send that leaks without a firewall.</summary>
internal static class ActorNames
{
    /// <summary>Of <see cref="Actor.PacketSockets"/>.</summary>
    public static ImmutableArray<string> PacketSockets { get; } = Packets("packet");

    /// <summary>Of <see cref="Actor.LatePacketSockets"/>.</summary>
    public static ImmutableArray<string> LatePacketSockets { get; } = Packets("late-packet");

    /// <summary>Of <see cref="Actor.OddProtocols"/>.</summary>
    public static ImmutableArray<string> OddProtocols { get; } =
    [
        "gre", "esp", "sctp", "udplite", "ipv6-in-ip", "ipv4-in-ip", "icmp-timestamp-v4", "mdns", "llmnr", "ssdp", "netbios-v4",
        "broadcast-v4", "source-routed-v4", "mapped-v4", "marked", "fragment", "membership",
    ];

    /// <summary>Of <see cref="Actor.Containers"/>.</summary>
    public static ImmutableArray<string> Containers { get; } = ["container-server", "container-dns", "macvlan"];

    /// <summary>Of <see cref="Actor.Neighbour"/>.</summary>
    public static ImmutableArray<string> Neighbour { get; } =
    [
        "arp-for-tunnel", "extended-echo", "echo-to-tunnel", "udp-to-tunnel", "syn-to-tunnel", "syn-ack-to-tunnel",
        "syn-to-client", "inference",
    ];

    /// <summary>Of <see cref="Actor.ExceptionUsers"/>, but for what is allowed.</summary>
    public static ImmutableArray<string> ExceptionUsers { get; } =
    [
        "dot-lan", "doq-lan", "gre-lan", "fragment-lan", "beyond-lan", "beyond-dhcp-v4", "dhcp-unicast-v4", "from-service",
        "service-for-stranger", "other-service",
    ];

    private static ImmutableArray<string> Packets(string name) =>
        [name, name + "-bypass", name + "-server", name + "-arp", name + "-lldp", name + "-eapol", name + "-vlan"];
}
