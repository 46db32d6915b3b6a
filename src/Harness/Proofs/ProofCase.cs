// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Proofs;

/// <summary>A configuration that a firewall is told: scenarios that tell the same have the same rules.</summary>
/// <param name="Topology">Whether it closes a gateway.</param>
/// <param name="Transport">What carries the tunnel.</param>
/// <param name="Clear">What may go in the clear besides the tunnel.</param>
public sealed record ProofCase(Topology Topology, TransportProtocol Transport, ClearTraffic Clear)
{
    /// <summary>When the rules are read.</summary>
    public RulesStage Stage { get; init; }

    /// <summary>Its name in reports: <c>host-udp</c>, <c>gateway-udp</c>, <c>host-udp-exceptions</c>, <c>host-tcp-watched</c>.</summary>
    public string Name => string.Join('-', Words());

    /// <summary>The configuration of a scenario. Of neighbours and second uplinks the firewall is told nothing.</summary>
    public static ProofCase Of(Scenario scenario)
    {
        return new(scenario.Topology == Topology.Gateway ? Topology.Gateway : Topology.Host, scenario.Transport, scenario.Clear);
    }

    /// <summary>The configurations of scenarios, each once.</summary>
    public static ImmutableArray<ProofCase> Of(IEnumerable<Scenario> scenarios) => [.. scenarios.Select(Of).Distinct()];

    private IEnumerable<string> Words()
    {
        yield return Topology == Topology.Gateway ? "gateway" : "host";
        yield return Transport == TransportProtocol.Tcp ? "tcp" : "udp";
        if (Clear != ClearTraffic.None)
        {
            yield return "exceptions";
        }

        if (Stage != RulesStage.Loaded)
        {
            yield return Stage == RulesStage.Watched ? "watched" : "reloaded";
        }
    }
}
