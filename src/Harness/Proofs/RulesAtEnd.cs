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
    /// <exception cref="RulesetUnavailableException">They could not be read: they change all the time, say.</exception>
    /// <exception cref="RulesetFormatException">What was listed is no rules.</exception>
    internal async Task<ProofResult> ProveAsync(LabHost client, EgressPolicy policy, ProofCase configuration)
    {
        // The fingerprint comes from the kernel itself: having nft list what is known already takes longer than all else here.
        var fingerprint = await client.Root.RunAsync(RulesFingerprint.Read);
        var known = fingerprint is null ? null : await _answers.GetOrAdd(
            (fingerprint.Text, configuration),
            _ => new(() => ProveAsync(client, policy, fingerprint.Generation))).Value;
        return known ?? await ProveAsync(client, policy);
    }

    /// <param name="client">The machine.</param>
    /// <param name="policy">What may leave it.</param>
    /// <param name="generation">Which rules are meant.</param>
    /// <returns>Null when there are others by now, or they could not be read: another machine with such rules may be luckier.</returns>
    private static async Task<ProofResult?> ProveAsync(LabHost client, EgressPolicy policy, uint generation)
    {
        try
        {
            var reading = await client.Root.RunAsync(KernelRulesets.Read);
            return reading.Generation == generation ? await ProveAsync(reading, policy) : null;
        }
        catch (Exception exception) when (exception is RulesetUnavailableException or RulesetFormatException)
        {
            return null;
        }
    }

    private static async Task<ProofResult> ProveAsync(LabHost client, EgressPolicy policy)
    {
        return await ProveAsync(await client.Root.RunAsync(KernelRulesets.Read), policy);
    }

    private static Task<ProofResult> ProveAsync(KernelReading reading, EgressPolicy policy)
    {
        return Task.Run(() => RulesetProver.Prove(reading.Load(), policy));
    }
}
