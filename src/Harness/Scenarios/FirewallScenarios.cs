// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>Scenarios about the firewall's own moments: being reloaded, and being started after others.</summary>
internal static class FirewallScenarios
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<Scenario> All => [Reload, StartedLate, StartedLateTracked];

    /// <summary>The gap between old and new rules.</summary>
    public static Scenario Reload { get; } = new()
    {
        Id = "oob-reload",
        Shows = string.Create(CultureInfo.InvariantCulture,
            $"Whether anything leaves while the firewall is reloaded {FirewallFaults.Reloads} times under a blast of packets, and whether the tunnel loses any."),
        Limits = "One core's blast: a gap shorter than the time between two packets may be missed.",
        LeakClasses = [25, 26, 53],
        Tunnel = TunnelKind.OutOfBand,
        Course = Course.FaultUnderBlast,
        Fault = FirewallFaults.Reloaded,
        Window = TimeSpan.FromMilliseconds(500),
        MustLeak = ["udp-blast"],
    };

    /// <summary>Flows that are older than the firewall, unknown to connection tracking.</summary>
    public static Scenario StartedLate { get; } = Late(
        Course.FirewallStartedLate,
        "oob-started-late",
        [23, 29, 53, 69, 73],
        "connection tracking does not know them");

    /// <summary>Flows that are older than the firewall, known to connection tracking.</summary>
    public static Scenario StartedLateTracked { get; } = Late(
        Course.FirewallStartedLateTracked,
        "oob-started-late-tracked",
        [23, 29, 53, 69],
        "connection tracking has them as established");

    private static Scenario Late(Course course, string id, ImmutableArray<int> classes, string tracking)
    {
        return new Scenario
        {
            Id = id,
            Shows = $"Whether connections that were open in the clear before the firewall started go on: {tracking}.",
            Limits = "What left before the firewall was up is not judged.",
            LeakClasses = classes,
            Tunnel = TunnelKind.OutOfBand,
            Course = course,
            Fault = FirewallFaults.Started,
            Window = TimeSpan.FromSeconds(3),
            MustLeak = ["tcp-established", "udp-connected", "tcp-new", "udp-unconnected", "icmp-echo"],
        };
    }
}
