// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Running;
using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Proofs;

/// <summary>Proves a firewall's rules in every configuration that scenarios have, one after the other.</summary>
internal static class ProofSuite
{
    /// <summary>Proves the rules as they are loaded; an image, which loads its rules when it likes, and no firewall have none.</summary>
    public static Task<ImmutableArray<FirewallProof>> RunAsync(
        FirewallUnderTest? firewall, IEnumerable<Scenario> scenarios, RunSettings settings, CancellationToken cancellation)
    {
        return RunAsync(firewall, ProofCase.Of(scenarios), settings, cancellation);
    }

    /// <summary>
    /// Where scenarios ended with rules that let something out although those that were loaded do not: brings the firewall to
    /// the same point, proves again, and sends what is predicted to leave.
    /// </summary>
    public static Task<ImmutableArray<FirewallProof>> FollowUpAsync(
        FirewallUnderTest? firewall,
        IReadOnlyList<FirewallProof> proofs,
        IEnumerable<ScenarioResult> results,
        RunSettings settings,
        CancellationToken cancellation)
    {
        var cases = results.Where(result => ProofComparison.HasOpened(proofs, result))
            .Select(result => ProofCase.Of(result.Scenario) with
            {
                Stage = result.Scenario.Fault == FirewallFaults.Reloaded ? RulesStage.Reloaded : RulesStage.Watched,
            });
        return RunAsync(firewall, [.. cases.Distinct()], settings, cancellation);
    }

    private static async Task<ImmutableArray<FirewallProof>> RunAsync(
        FirewallUnderTest? firewall, ImmutableArray<ProofCase> cases, RunSettings settings, CancellationToken cancellation)
    {
        var proofs = ImmutableArray.CreateBuilder<FirewallProof>();
        foreach (var proofCase in firewall is FirewallFolder ? cases : [])
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
