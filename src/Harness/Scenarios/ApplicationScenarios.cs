// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>
/// Scenarios with programs that people use, besides the probes: curl, dig, and a real Tor client whose bridge shares the
/// VPN server's address.
/// </summary>
internal static class ApplicationScenarios
{
    /// <summary>Time for a client to notice a silent server, and for Tor to start twice.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(OpenVpnRealTunnel.PingRestart + 4);

    /// <summary>While the tunnel is up (before the fault), down, and reconnecting.</summary>
    public static ImmutableArray<Scenario> All { get; } =
    [
        WithApplications(ProcessFaults.Killed, 1),
        WithApplications(InterfaceFaults.TunnelDown, 6),
        WithApplications(ProcessFaults.ServerKilled, 4),
    ];

    private static Scenario WithApplications(Fault fault, int leakClass)
    {
        return new Scenario
        {
            Id = "apps-" + fault.Id,
            Shows = $"Whether a download of curl, a query of dig, or a Tor client that uses a bridge at the VPN server's address "
                + $"leaves beside the tunnel, before or after, in mid-transfer, {fault.What}.",
            Limits = "One bridge is a Tor network of one: the client gets as far as its handshake with the relay.",
            LeakClasses = [leakClass, 18, 53, 63, 67],
            Tunnel = TunnelKind.OpenVpnReal,
            UsesApplications = true,
            Fault = fault,
            Window = Window,
            MustLeak = ["curl", "dig-udp-v4", "dig-tcp-v4", "dig-udp-lan-v4", "tor-client-other-port-v4", "tor-client-same-port-v4"],
        };
    }
}
