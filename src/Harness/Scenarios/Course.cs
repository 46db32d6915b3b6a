// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Scenarios;

/// <summary>In what order firewall, tunnel, traffic and fault come.</summary>
public enum Course
{
    /// <summary>Firewall, tunnel, traffic; the fault strikes in the middle of a transfer.</summary>
    FaultInMidTransfer,

    /// <summary>The same, and while the fault lasts (reloads of the firewall) packets are sent as fast as one core can.</summary>
    FaultUnderBlast,

    /// <summary>Firewall, then a client that tries to connect and never does; the fault strikes meanwhile.</summary>
    WhileConnecting,

    /// <summary>Traffic in the clear comes first, then the firewall: its start is the fault. There is no tunnel.</summary>
    FirewallStartedLate,

    /// <summary>As <see cref="FirewallStartedLate"/>, with connection tracking active before the firewall.</summary>
    FirewallStartedLateTracked,
}
