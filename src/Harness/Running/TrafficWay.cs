// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Running;

/// <summary>The way that traffic must take before the fault, so that a run says something.</summary>
internal enum TrafficWay
{
    /// <summary>Through the tunnel, all of it.</summary>
    Tunnelled,

    /// <summary>Through the tunnel; but a firewall may refuse an address family as a whole, as those do that know IPv4 only
    /// and close the rest.</summary>
    TunnelledOrRefused,

    /// <summary>In the clear: there is neither tunnel nor firewall yet.</summary>
    Clear,

    /// <summary>None: there is a firewall and no tunnel yet, so it is enough that sending is attempted.</summary>
    Attempted,
}

/// <summary>Which way a run's traffic takes.</summary>
internal static class TrafficWays
{
    /// <summary>The way in a run of a scenario with or without a firewall.</summary>
    public static TrafficWay Of(Course course, bool hasFirewall) => (course, hasFirewall) switch
    {
        (Course.FirewallStartedLate or Course.FirewallStartedLateTracked, _) => TrafficWay.Clear,
        (Course.WhileConnecting, false) => TrafficWay.Clear,
        (Course.WhileConnecting, true) => TrafficWay.Attempted,
        (_, true) => TrafficWay.TunnelledOrRefused,
        _ => TrafficWay.Tunnelled,
    };
}
