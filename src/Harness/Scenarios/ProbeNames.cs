// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>Groups of probes that leak together.</summary>
internal static class ProbeNames
{
    /// <summary>What leaks whatever happens to the tunnel, since it does not go through it.</summary>
    public static ImmutableArray<string> BesideTheTunnel { get; } = ["bound-udp", "bound-tcp", "dns-udp-lan", "dns-tcp-lan"];

    /// <summary>What else is at the VPN server's address, to which a host route leads beside the tunnel.</summary>
    public static ImmutableArray<string> SharedServer { get; } =
        ["tor-other-port-tcp", "tor-other-port-udp", "tor-same-port-tcp", "tor-same-port-udp"];

    /// <summary>What takes the old default route once the tunnel's interface is gone.</summary>
    public static ImmutableArray<string> NewFlows { get; } =
        ["tcp-new", "udp-unconnected", "dns-udp-public", "dns-tcp-public", "icmp-echo"];

    /// <summary>The leak classes that new flows show besides their fault's: DNS, and what is neither TCP nor UDP.</summary>
    public static ImmutableArray<int> NewFlowClasses { get; } = [67, 69];

    /// <summary>What an event re-routes without a change of its source address.</summary>
    public static ImmutableArray<string> EstablishedFlows { get; } = ["tcp-established", "udp-connected"];

    /// <summary>What a neighbour outside sends to a gateway's client unasked.</summary>
    public static ImmutableArray<string> Intruders { get; } = ["intruder-tcp", "intruder-udp", "intruder-dns", "intruder-icmp"];

    /// <summary>The IPv4 probes of a group.</summary>
    public static ImmutableArray<string> V4(ImmutableArray<string> names) => [.. names.Select(name => name + "-v4")];

    /// <summary>The IPv6 probes of a group.</summary>
    public static ImmutableArray<string> V6(ImmutableArray<string> names) => [.. names.Select(name => name + "-v6")];
}
