// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Loading;
using LeakVerifier.Prover.Proving;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.Harness.Proofs;

/// <summary>
/// Proves the rules that are in force when a scenario ends. A firewall may have other rules by then than those that its
/// <c>up</c> loaded: its watch, its <c>reload</c> or a hook of the tunnel changed them, and no probe may have found out.
/// Most scenarios end with the same rules: each set of them is proved once.
/// </summary>
public sealed class RulesAtEnd
{
    /// <summary>Where other programs add rules of their own, those at the end are not the firewall's.</summary>
    private static readonly ImmutableArray<Fault> OfOthers =
    [
        ForeignFaults.Flushed, ForeignFaults.Accepted, ForeignFaults.Rerouted, ForeignFaults.ContainersStarted,
    ];

    private readonly ConcurrentDictionary<(string Rules, string Policy), Lazy<Task<ProofResult>>> _answers = [];

    /// <summary>Whether the rules at the end of a scenario with this fault are the firewall's.</summary>
    public static bool AreOfTheFirewall(Fault fault) => !OfOthers.Contains(fault);

    /// <summary>Reads the rules that a machine has now, and proves them.</summary>
    /// <param name="client">The machine.</param>
    /// <param name="policy">What may leave it.</param>
    /// <param name="configuration">The text of the policy.</param>
    /// <returns>The answer; null: the rules could not be read, so there is none.</returns>
    internal async Task<ProofResult?> ProveAsync(LabHost client, EgressPolicy policy, string configuration)
    {
        try
        {
            var loaded = await client.Root.RunAsync(KernelRulesets.ReadCurrentNamespace);
            return await _answers.GetOrAdd(
                (loaded.Fingerprint, configuration),
                _ => new Lazy<Task<ProofResult>>(() => Task.Run(() => RulesetProver.Prove(loaded, policy)))).Value;
        }
        catch (Exception exception) when (exception is RulesetUnavailableException or RulesetFormatException)
        {
            return null;
        }
    }
}
