// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>Faults of the tunnel, its routes and the link, judged exactly: nothing of the tunnel is on the wire.</summary>
internal static class OutOfBandScenarios
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    public static ImmutableArray<Scenario> All { get; } =
    [
        Of(ProcessFaults.Killed, [1], ProbeNames.NewFlows),
        Of(ProcessFaults.Terminated, [2], ProbeNames.NewFlows),
        Of(ProcessFaults.Stopped, [3], []),
        Of(InterfaceFaults.TunnelDown, [6], EveryFlow),
        Of(InterfaceFaults.TunnelDeleted, [1, 11], ProbeNames.NewFlows),

        // When the last IPv4 address goes, the kernel removes the interface's IPv4 routes (net/ipv4/fib_frontend.c,
        // fib_disable_ip); IPv6 routes stay.
        Of(InterfaceFaults.AddressFlushed, [7], ProbeNames.V4(ProbeNames.NewFlows)),
        Of(RouteFaults.RoutesDeleted, [12, 21], EveryFlow),
        Of(RouteFaults.DefaultReplaced, [13, 14], EveryFlow) with { Routes = RouteStyle.Default },
        Of(RouteFaults.SpecificRoute, [15, 17], EveryFlow),
        Of(InterfaceFaults.LinkFlapped, [30, 58], []),
    ];

    private static ImmutableArray<string> EveryFlow => [.. ProbeNames.EstablishedFlows, .. ProbeNames.NewFlows];

    private static Scenario Of(Fault fault, ImmutableArray<int> classes, ImmutableArray<string> alsoLeak)
    {
        return new Scenario
        {
            Id = "oob-" + fault.Id,
            Shows = $"Whether anything leaves when, in mid-transfer, {fault.What}.",
            Limits = "The tunnel is out of band, so nothing is shown about a VPN client's own packets or its reconnecting.",
            LeakClasses = [.. classes, 18, 38, 53, 63, .. alsoLeak.IsEmpty ? [] : ProbeNames.NewFlowClasses],
            Tunnel = TunnelKind.OutOfBand,
            Fault = fault,
            Window = Window,
            MustLeak = [.. ProbeNames.BesideTheTunnel, .. ProbeNames.SharedServer, .. alsoLeak],
        };
    }
}
