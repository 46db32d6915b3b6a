// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Running;
using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Proofs;

/// <summary>Proves a firewall's rules in every configuration that scenarios have.</summary>
internal static class ProofSuite
{
    /// <summary>Runs them one after the other; an image, which loads its rules when it likes, and no firewall have none.</summary>
    public static async Task<ImmutableArray<FirewallProof>> RunAsync(
        FirewallUnderTest? firewall, IEnumerable<Scenario> scenarios, RunSettings settings, CancellationToken cancellation)
    {
        var proofs = ImmutableArray.CreateBuilder<FirewallProof>();
        foreach (var proofCase in firewall is FirewallFolder ? ProofCase.Of(scenarios) : [])
        {
            try
            {
                proofs.Add(await ProofRun.ExecuteAsync(proofCase, (FirewallFolder)firewall!, settings, cancellation));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }
        }

        return proofs.ToImmutable();
    }
}
