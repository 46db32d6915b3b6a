// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Traffic;

/// <summary>What a <see cref="ProbeSet"/> is built from.</summary>
public sealed record ProbePlan
{
    /// <summary>Lives in the client's namespace; sends the ordinary traffic. It must outlive the probes.</summary>
    public required NamespaceThread User { get; init; }

    /// <summary>Lives in the client's namespace as a user that is neither root nor the tunnel's; sends what is bound to
    /// the physical interface, what goes to the VPN server's address, and ICMP (its group must lie in
    /// <c>net.ipv4.ping_group_range</c>). It must outlive the probes.</summary>
    public required NamespaceThread Unprivileged { get; init; }

    /// <summary>The interface that bound probes are bound to, such as <c>eth0</c>.</summary>
    public required string PhysicalInterface { get; init; }

    /// <summary>Where to send to; one for each address family.</summary>
    public required IReadOnlyList<ProbeTargets> Targets { get; init; }

    /// <summary>The destination ports.</summary>
    public required ProbePorts Ports { get; init; }

    /// <summary>Which probes of the catalogue are wanted; all of them by default.</summary>
    public Func<ProbeSpecification, bool> Wanted { get; init; } = _ => true;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
