// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>
/// The machine under test is a gateway, and the traffic is that of a workstation behind it: it reaches the tunnel or
/// nothing, is told nothing of the gateway's address, and nobody outside reaches it.
/// </summary>
internal static class GatewayScenarios
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    /// <summary>What leaks whatever happens to the tunnel.</summary>
    private static readonly ImmutableArray<string> Always =
        ["dns-udp-lan", "dns-tcp-lan", .. ProbeNames.Intruders, InsideWatch.ExternalAddressName];

    /// <summary>What is bound to the workstation's one interface takes the same way as what is not.</summary>
    private static readonly ImmutableArray<string> NewFlows = [.. ProbeNames.NewFlows, "bound-udp", "bound-tcp"];

    private static readonly ImmutableArray<string> EveryFlow = [.. ProbeNames.EstablishedFlows, .. NewFlows];

    public static ImmutableArray<Scenario> All { get; } =
    [
        OutOfBand(ProcessFaults.Killed, [1], NewFlows),
        OutOfBand(InterfaceFaults.TunnelDown, [6], EveryFlow),
        OutOfBand(RouteFaults.RoutesDeleted, [12, 21], EveryFlow),
        OutOfBand(RouteFaults.SpecificRoute, [15, 17], EveryFlow),
        OutOfBand(FirewallFaults.Reloaded, [25, 26], []) with
        {
            Course = Course.FaultUnderBlast,
            Window = TimeSpan.FromMilliseconds(500),
            LeakClasses = [25, 26, 53, 75],
            MustLeak = ["udp-blast"],
        },
        OpenVpn("openvpn-restart", OpenVpnFaults.Server("restart", "the server tells the client to restart", "restart"), [4, 19], TunnelKind.OpenVpn, Window),
        OpenVpn(
            "openvpn-real-server-killed", ProcessFaults.ServerKilled, [4], TunnelKind.OpenVpnReal,
            TimeSpan.FromSeconds(OpenVpnRealTunnel.PingRestart + 3)),
    ];

    private static Scenario OutOfBand(Fault fault, ImmutableArray<int> classes, ImmutableArray<string> alsoLeak)
    {
        return Of(fault.Id, fault, [.. classes, .. ProbeNames.NewFlowClasses], TunnelKind.OutOfBand, Window) with
        {
            MustLeak = [.. Always, .. ProbeNames.SharedServer, .. alsoLeak],
        };
    }

    private static Scenario OpenVpn(string id, Fault fault, ImmutableArray<int> classes, TunnelKind tunnel, TimeSpan window)
    {
        return Of(id, fault, [.. classes, .. ProbeNames.NewFlowClasses], tunnel, window) with
        {
            // The transport is IPv4, so OpenVPN adds a host route for that family only.
            MustLeak = [.. Always, .. ProbeNames.V4(ProbeNames.SharedServer), .. NewFlows],
        };
    }

    private static Scenario Of(string id, Fault fault, ImmutableArray<int> classes, TunnelKind tunnel, TimeSpan window)
    {
        return new Scenario
        {
            Id = "gateway-" + id,
            Shows = $"Whether anything of a workstation leaves its VPN gateway but by the tunnel, whether it is told the gateway's "
                + $"address, or reached from outside, when, in mid-transfer, {fault.What}.",
            Limits = "One workstation, one internal interface; the gateway's own programs send nothing but the tunnel's transport. "
                + "From outside come TCP, UDP and echo requests; of each protocol one port, of UDP two, is tried.",
            LeakClasses = [.. classes, 18, 53, 63, 75, 80, 81],
            Topology = Topology.Gateway,
            Tunnel = tunnel,
            Fault = fault,
            Window = window,
            MustLeak = [],
        };
    }
}
