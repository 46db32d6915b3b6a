// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>Every scenario, found by its name.</summary>
public static class ScenarioCatalogue
{
    private const string OutOfBandLimits =
        "The tunnel is out of band, so nothing is shown about a VPN client's own packets or its reconnecting.";

    private const string OpenVpnLimits =
        "One client version, UDP over IPv4, no persist-tun; transport is told from other packets by the client's socket.";

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    /// <summary>Long enough for a client to notice a silent server and to give its tun up.</summary>
    private static readonly TimeSpan PastPingRestart = TimeSpan.FromSeconds(OpenVpnRealTunnel.PingRestart + 3);

    /// <summary>What leaks whatever happens to the tunnel, since it does not go through it.</summary>
    private static readonly ImmutableArray<string> BesideTheTunnel = ["bound-udp", "bound-tcp", "dns-udp-lan", "dns-tcp-lan"];

    /// <summary>What else is at the VPN server's address, to which a host route leads beside the tunnel.</summary>
    private static readonly ImmutableArray<string> SharedServer =
        ["tor-other-port-tcp", "tor-other-port-udp", "tor-same-port-tcp", "tor-same-port-udp"];

    /// <summary>What takes the old default route once the tunnel's interface is gone.</summary>
    private static readonly ImmutableArray<string> NewFlows =
        ["tcp-new", "udp-unconnected", "dns-udp-public", "dns-tcp-public", "icmp-echo"];

    /// <summary>What an event re-routes without a change of its source address.</summary>
    private static readonly ImmutableArray<string> EstablishedFlows = ["tcp-established", "udp-connected"];

    /// <summary>All, in the order in which they are reported.</summary>
    public static ImmutableArray<Scenario> All { get; } =
    [
        OutOfBand(ProcessFaults.Killed, [1], NewFlows),
        OutOfBand(ProcessFaults.Terminated, [2], NewFlows),
        OutOfBand(ProcessFaults.Stopped, [3], []),
        OutOfBand(InterfaceFaults.TunnelDown, [6, 22], [.. EstablishedFlows, .. NewFlows]),
        OutOfBand(InterfaceFaults.TunnelDeleted, [1, 11], NewFlows),
        OutOfBand(InterfaceFaults.AddressFlushed, [7], IPv4Only(NewFlows)),
        OutOfBand(RouteFaults.RoutesDeleted, [12, 21], [.. EstablishedFlows, .. NewFlows]),
        OutOfBand(RouteFaults.DefaultReplaced, [13, 14], [.. EstablishedFlows, .. NewFlows]) with { Routes = RouteStyle.Default },
        OutOfBand(RouteFaults.SpecificRoute, [15, 16], [.. EstablishedFlows, .. NewFlows]),
        OutOfBand(InterfaceFaults.LinkFlapped, [30, 58, 59], []),
        FirewallScenarios.Reload,
        FirewallScenarios.StartedLate,
        FirewallScenarios.StartedLateTracked,
        OpenVpn(ProcessFaults.Killed, [1, 18], NewFlows, Short),
        OpenVpn(ProcessFaults.Terminated, [2, 18], NewFlows, Short),
        OpenVpn(ProcessFaults.Stopped, [3, 18], [], Short),
        OpenVpn(ProcessFaults.ServerKilled, [4, 18], NewFlows, PastPingRestart),
        OpenVpn(RouteFaults.Blackhole, [5, 18, 35], NewFlows, PastPingRestart),
        OpenVpn(InterfaceFaults.TunnelDown, [6, 18], [.. EstablishedFlows, .. NewFlows], Short),
        OpenVpn(InterfaceFaults.TunnelDeleted, [1, 18], NewFlows, Short),
        OpenVpn(InterfaceFaults.AddressFlushed, [7, 18], IPv4Only(NewFlows), Short),
        OpenVpn(RouteFaults.RoutesDeleted, [12, 18], [.. EstablishedFlows, .. NewFlows], Short),
        OpenVpn(RouteFaults.SpecificRoute, [15, 18], [.. EstablishedFlows, .. NewFlows], Short),
        OpenVpn(InterfaceFaults.LinkFlapped, [18, 30], [], Short),
        .. ApplicationScenarios.All,
    ];

    /// <summary>Those whose id matches one of the patterns (<c>*</c> and <c>?</c>); all when there is no pattern.</summary>
    public static ImmutableArray<Scenario> Matching(IReadOnlyCollection<string> patterns)
    {
        return patterns.Count == 0 ? All : [.. All.Where(scenario => patterns.Any(pattern => IsMatch(pattern, scenario)))];
    }

    /// <summary>Whether a scenario's id matches a pattern.</summary>
    public static bool IsMatch(string pattern, Scenario scenario)
    {
        return System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, scenario.Id, ignoreCase: false);
    }

    /// <summary>
    /// When the last IPv4 address goes, the kernel removes the interface's IPv4 routes (net/ipv4/fib_frontend.c,
    /// fib_disable_ip); IPv6 routes stay.
    /// </summary>
    private static ImmutableArray<string> IPv4Only(ImmutableArray<string> names) => [.. names.Select(name => name + "-v4")];

    private static Scenario OutOfBand(Fault fault, ImmutableArray<int> classes, ImmutableArray<string> alsoLeak)
    {
        return new Scenario
        {
            Id = "oob-" + fault.Id,
            Shows = $"Whether anything leaves when, in mid-transfer, {fault.What}.",
            Limits = OutOfBandLimits,
            LeakClasses = [.. classes, 18, 38, 53, 63],
            Tunnel = TunnelKind.OutOfBand,
            Fault = fault,
            Window = Short,
            MustLeak = [.. BesideTheTunnel, .. SharedServer, .. alsoLeak],
        };
    }

    private static Scenario OpenVpn(
        Fault fault, ImmutableArray<int> classes, ImmutableArray<string> alsoLeak, TimeSpan window)
    {
        return new Scenario
        {
            Id = "openvpn-" + fault.Id,
            Shows = $"Whether anything but OpenVPN's own packets leaves when, in mid-transfer, {fault.What}.",
            Limits = OpenVpnLimits,
            LeakClasses = [.. classes, 38, 53, 63],
            Tunnel = TunnelKind.OpenVpnReal,
            Fault = fault,
            Window = window,

            // The transport is IPv4, so OpenVPN adds a host route for that family only.
            MustLeak = [.. BesideTheTunnel, .. IPv4Only(SharedServer), .. alsoLeak],
        };
    }
}
