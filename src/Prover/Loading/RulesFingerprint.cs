// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Loading;

/// <summary>
/// Tells the rules of a network namespace from others by all that an answer rests on: what is equal has the same answer, and
/// what is called different only costs a second proof.
/// </summary>
/// <param name="Text">The fingerprint.</param>
/// <param name="Generation">The number of the kernel's last change of the rules; it is no part of the fingerprint.</param>
public sealed record RulesFingerprint(string Text, uint Generation)
{
    /// <summary>Takes the fingerprint of the calling thread's namespace. Needs CAP_NET_ADMIN.</summary>
    /// <returns>Null where there is none: legacy tables are not asked, and what changes meanwhile is not known.</returns>
    /// <exception cref="RulesetUnavailableException">The kernel does not list its devices.</exception>
    public static RulesFingerprint? Read()
    {
        if (NftGeneration.Read() is not { } generation || KernelRulesets.HasLegacyTables() || NftContents.Read() is not { } contents)
        {
            return null;
        }
        var machine = MachineSurvey.Read();
        return NftGeneration.Read() == generation
            ? new RulesFingerprint($"{contents.Hash} {string.Join(' ', machine.Interfaces)}\n{string.Join('\n', machine.Obstacles)}", generation)
            : null;
    }
}
