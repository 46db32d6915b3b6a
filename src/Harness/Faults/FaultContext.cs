// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Faults;

/// <summary>What a fault can get at.</summary>
/// <param name="Lab">The lab.</param>
/// <param name="Tunnel">The tunnel; null where the scenario has none.</param>
/// <param name="TunnelKind">Which tunnel that is.</param>
/// <param name="Firewall">The firewall under test; null in the control run.</param>
public sealed record FaultContext(HostLab Lab, ITunnel? Tunnel, TunnelKind TunnelKind, FirewallSession? Firewall)
{
    /// <summary>The tunnel.</summary>
    /// <exception cref="InvalidOperationException">The scenario has none.</exception>
    public ITunnel RequiredTunnel => Tunnel ?? throw new InvalidOperationException("this fault needs a tunnel");
}
