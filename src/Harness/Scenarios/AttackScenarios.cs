// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>
/// What goes below or beside the rules of the IP layer, what other programs do to the rules, and what neighbours do. The
/// tunnel itself works: most of it leaks in silence, for weeks.
/// </summary>
internal static class AttackScenarios
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    private static readonly ImmutableArray<string> AnyTime = [.. ProbeNames.BesideTheTunnel, .. ProbeNames.SharedServer];

    private static readonly ImmutableArray<string> EveryFlow = [.. ProbeNames.EstablishedFlows, .. ProbeNames.NewFlows];

    /// <summary>A quarter of the local network with its resolver, one TCP service for the quarter with the neighbour, DHCP.</summary>
    private static readonly ClearTraffic Exceptions = new()
    {
        LocalNet = "192.0.2.48/28@eth0 2001:db8:1::50/124@eth0",
        SshFrom = "192.0.2.64/26@eth0:22 2001:db8:1::60/124@eth0:22",
        HasDhcp = true,
    };

    public static ImmutableArray<Scenario> All { get; } =
    [
        Of(ActorFaults.PacketSockets, [36, 42, 44, 51], Actor.PacketSockets, ActorNames.PacketSockets) with
        {
            Limits = "A card's own offloads, AF_XDP without copies and redirects by tc or XDP pass every netfilter hook; none is tried.",
        },
        Of(ActorFaults.OddProtocols, [37, 39, 56, 57, 59, 60, 61, 68, 69], Actor.OddProtocols, ActorNames.OddProtocols) with
        {
            Limits = "One packet of each kind again and again. The mark is one that rules of this lab's policy do not trust.",
        },
        Of(ForeignFaults.ContainersStarted, [28, 40, 41], Actor.Containers, ActorNames.Containers),
        Of(ForeignFaults.Flushed, [27]),
        Of(ForeignFaults.Accepted, [27, 28]) with { Limits = "iptables by nf_tables; the legacy one is not tried." },
        Of(ForeignFaults.Rerouted, [39, 67, 72]) with
        {
            MustLeak = [.. AnyTime, .. ProbeNames.EstablishedFlows, "tcp-new", "udp-unconnected", "dns-udp-public", "dns-tcp-public"],
        },
        Of(FirewallFaults.Stopped, [11, 24]) with
        {
            Limits = "A machine's whole shutdown is not shown, nor a firewall that is removed on purpose.",
        },
        Of(NeighbourFaults.Forges, [22, 44, 45, 46, 47, 48, 49], Actor.Neighbour, ActorNames.Neighbour) with
        {
            Topology = Topology.Lan,
            Limits = "The neighbour knows the tunnel's address and the connection's ports, which an attacker has to find by trying. "
                + "Answers into the tunnel are counted at its far end, where an attacker sees their sizes and times only.",
        },
        Of(NeighbourFaults.LocalNetDeclared, [14, 16, 20, 54, .. ProbeNames.NewFlowClasses]) with { Topology = Topology.Lan, MustLeak = [.. AnyTime, .. EveryFlow] },
        Of(ActorFaults.ExceptionUsers, [61, 62, 64, 68], Actor.ExceptionUsers, ActorNames.ExceptionUsers) with
        {
            Topology = Topology.Lan,
            Clear = Exceptions,
            MustPass = [AllowedReason.LocalNetwork, AllowedReason.Management, AllowedReason.Dhcp],
            Limits = "A firewall that does not know such exceptions lets none of them pass, and the scenario is inconclusive.",
        },
        Of(NeighbourFaults.UplinkAppears, [13, 31]) with
        {
            Topology = Topology.TwoUplinks,
            Routes = RouteStyle.Default,

            // What is bound to the first interface finds no route any more.
            LeakClasses = [13, 31, 18, 53, 63, .. ProbeNames.NewFlowClasses],
            MustLeak = ["dns-udp-lan", "dns-tcp-lan", .. ProbeNames.SharedServer, .. EveryFlow],
        },
        Of(ActorFaults.LatePacketSockets, [31, 36], Actor.LatePacketSockets, ActorNames.LatePacketSockets) with { Topology = Topology.TwoUplinks },
    ];

    private static Scenario Of(Fault fault, ImmutableArray<int> classes, Actor actor, ImmutableArray<string> sent)
    {
        return Of(fault, classes) with { Actors = [actor], MustLeak = [.. AnyTime, .. sent] };
    }

    private static Scenario Of(Fault fault, ImmutableArray<int> classes)
    {
        return new Scenario
        {
            Id = Beginning(fault) + fault.Id,
            Shows = $"Whether anything leaves when, while the tunnel works, {fault.What}.",
            Limits = "The tunnel is out of band, so nothing is shown about a VPN client's own packets.",
            LeakClasses = [.. classes.Union([18, 38, 53, 63])],
            Tunnel = TunnelKind.OutOfBand,
            Fault = fault,
            Window = Window,
            MustLeak = AnyTime,
        };
    }

    private static string Beginning(Fault fault)
    {
        if (fault == NeighbourFaults.Forges || fault == NeighbourFaults.LocalNetDeclared || fault == ActorFaults.ExceptionUsers)
        {
            return "lan-";
        }

        return fault == NeighbourFaults.UplinkAppears || fault == ActorFaults.LatePacketSockets ? "uplinks-" : "oob-";
    }
}
