// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Proofs;

/// <summary>A configuration that a firewall is told: scenarios that tell the same have the same rules.</summary>
/// <param name="Topology">Whether it closes a gateway.</param>
/// <param name="Transport">What carries the tunnel.</param>
public sealed record ProofCase(Topology Topology, TransportProtocol Transport)
{
    /// <summary>Its name in reports.</summary>
    public string Name { get; } =
        $"{(Topology == Topology.Gateway ? "gateway" : "host")}-{(Transport == TransportProtocol.Tcp ? "tcp" : "udp")}";

    /// <summary>
    /// The configuration of a scenario. Of neighbours and second uplinks the firewall is told nothing; what it is told of
    /// exceptions is shown on the wire only.
    /// </summary>
    public static ProofCase Of(Scenario scenario)
    {
        return new(scenario.Topology == Topology.Gateway ? Topology.Gateway : Topology.Host, scenario.Transport);
    }

    /// <summary>The configurations of scenarios, each once.</summary>
    public static ImmutableArray<ProofCase> Of(IEnumerable<Scenario> scenarios) => [.. scenarios.Select(Of).Distinct()];
}
