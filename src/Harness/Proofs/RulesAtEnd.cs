// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<(string Rules, ProofCase Configuration), Lazy<Task<ProofResult?>>> _answers = [];

    /// <summary>Whether the rules at the end of a scenario with this fault are the firewall's: no other program added any.</summary>
    public static bool AreOfTheFirewall(Fault fault) => !ForeignFaults.All.Contains(fault);

    /// <summary>Reads the rules that a machine has now, and proves them.</summary>
    /// <param name="client">The machine.</param>
    /// <param name="policy">What may leave it.</param>
    /// <param name="configuration">What the firewall was told, which gives the policy.</param>
    /// <returns>The answer; null: the rules could not be read, so there is none.</returns>
    internal async Task<ProofResult?> ProveAsync(LabHost client, EgressPolicy policy, ProofCase configuration)
    {
        try
        {
            // The fingerprint comes from the kernel itself: having nft list what is known already takes longer than all else here.
            var fingerprint = await client.Root.RunAsync(RulesFingerprint.Read);
            var known = fingerprint is null ? null : await _answers.GetOrAdd(
                (fingerprint.Text, configuration),
                _ => new(() => ProveAsync(client, policy, fingerprint.Generation))).Value;
            return known ?? await ProveAsync(client, policy, generation: null);
        }
        catch (Exception exception) when (exception is RulesetUnavailableException or RulesetFormatException)
        {
            return null;
        }
    }

    /// <param name="client">The machine.</param>
    /// <param name="policy">What may leave it.</param>
    /// <param name="generation">Which rules are meant; null: those that there are.</param>
    /// <returns>Null when there are others by now.</returns>
    private static async Task<ProofResult?> ProveAsync(LabHost client, EgressPolicy policy, uint? generation)
    {
        var reading = await client.Root.RunAsync(KernelRulesets.Read);
        return generation is null || reading.Generation == generation
            ? await Task.Run(() => RulesetProver.Prove(reading.Load(), policy))
            : null;
    }
}
