// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>The real OpenVPN on both ends.</summary>
internal static class OpenVpnRealScenarios
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    /// <summary>Long enough for a client to notice a silent server and to give its tun up.</summary>
    private static readonly TimeSpan PastPingRestart = TimeSpan.FromSeconds(OpenVpnRealTunnel.PingRestart + 3);

    public static ImmutableArray<Scenario> All { get; } =
    [
        Of(ProcessFaults.Killed, [1], ProbeNames.NewFlows, Short),
        Of(ProcessFaults.Terminated, [2], ProbeNames.NewFlows, Short),
        Of(ProcessFaults.Stopped, [3], [], Short),
        Of(ProcessFaults.ServerKilled, [4], ProbeNames.NewFlows, PastPingRestart),
        Of(RouteFaults.Blackhole, [5, 35], ProbeNames.NewFlows, PastPingRestart),
        Of(InterfaceFaults.TunnelDown, [6], EveryFlow, Short),
        Of(InterfaceFaults.TunnelDeleted, [1, 11], ProbeNames.NewFlows, Short),
        Of(InterfaceFaults.AddressFlushed, [7], ProbeNames.V4(ProbeNames.NewFlows), Short),
        Of(RouteFaults.RoutesDeleted, [12, 21], EveryFlow, Short),
        Of(RouteFaults.SpecificRoute, [15, 17], EveryFlow, Short),
        Of(InterfaceFaults.LinkFlapped, [30, 58], [], Short),
    ];

    private static ImmutableArray<string> EveryFlow => [.. ProbeNames.EstablishedFlows, .. ProbeNames.NewFlows];

    private static Scenario Of(
        Fault fault, ImmutableArray<int> classes, ImmutableArray<string> alsoLeak, TimeSpan window)
    {
        return new Scenario
        {
            Id = "openvpn-real-" + fault.Id,
            Shows = $"Whether anything but OpenVPN's own packets leaves when, in mid-transfer, {fault.What}.",
            Limits = "UDP over IPv4, no persist-tun; transport is told from other packets by the client's socket.",
            LeakClasses = [.. classes, 18, 38, 53, 63, .. alsoLeak.IsEmpty ? [] : ProbeNames.NewFlowClasses],
            Tunnel = TunnelKind.OpenVpnReal,
            Fault = fault,
            Window = window,

            // The transport is IPv4, so OpenVPN adds a host route for that family only.
            MustLeak = [.. ProbeNames.BesideTheTunnel, .. ProbeNames.V4(ProbeNames.SharedServer), .. alsoLeak],
        };
    }
}
