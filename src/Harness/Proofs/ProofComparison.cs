// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Running;
using ProofVerdict = LeakVerifier.Prover.Proving.Verdict;
using Verdict = LeakVerifier.Harness.Running.Verdict;

namespace LeakVerifier.Harness.Proofs;

/// <summary>Holds what was proved against what scenarios captured: when they contradict each other, one of them is wrong.</summary>
public static class ProofComparison
{
    /// <summary>
    /// While rules are replaced, and once other programs change them, nothing is proved of them; nor of frames that pass no
    /// rule of the IP layer.
    /// </summary>
    private static readonly ImmutableArray<Fault> OutsideOfProofs =
    [
        FirewallFaults.Reloaded, FirewallFaults.Stopped, .. ForeignFaults.All, ActorFaults.PacketSockets, ActorFaults.LatePacketSockets,
    ];

    /// <summary>The contradictions, one sentence each.</summary>
    public static ImmutableArray<string> Of(IReadOnlyList<FirewallProof> proofs, IEnumerable<ScenarioSummary> summaries)
    {
        var proved = proofs.Where(proof => proof.Result?.Verdict == ProofVerdict.Proved)
            .Select(proof => proof.Name).ToHashSet();
        return
        [
            .. proofs.Where(proof => proof.Disagreement is not null).Select(proof => $"{proof.Name}: {proof.Disagreement}"),
            .. summaries.Where(summary => proved.Contains(ProofCase.Of(summary.Scenario).Name))
                .SelectMany(summary => summary.Results).Select(Contradiction).OfType<string>().Distinct(),
            .. summaries.SelectMany(summary => summary.Results).Where(result => HasOpened(proofs, result)).Select(Opening),
        ];
    }

    /// <summary>
    /// Whether a scenario ended with rules that let something out which is outside the policy, although those that the
    /// firewall loaded do not.
    /// </summary>
    public static bool HasOpened(IReadOnlyList<FirewallProof> proofs, ScenarioResult result)
    {
        return AsLoaded(proofs, result) is ProofVerdict.Proved or ProofVerdict.Inconclusive
            && result.Protected?.RulesAtEnd?.Verdict == ProofVerdict.Leak;
    }

    /// <summary>
    /// Scenarios that ended with rules that are not proved any more, although those that the firewall loaded are: what is
    /// different then is shown by captures alone.
    /// </summary>
    public static IEnumerable<ScenarioResult> NoLongerProved(IReadOnlyList<FirewallProof> proofs, IEnumerable<ScenarioSummary> summaries)
    {
        return summaries.SelectMany(summary => summary.Results).Where(result =>
            AsLoaded(proofs, result) == ProofVerdict.Proved && result.Protected?.RulesAtEnd?.Verdict == ProofVerdict.Inconclusive);
    }

    /// <summary>The verdict on everything: scenarios, proofs, and whether they contradict each other.</summary>
    public static Verdict Overall(IReadOnlyCollection<ScenarioSummary> summaries, IReadOnlyList<FirewallProof> proofs)
    {
        ImmutableArray<Verdict> counted = [.. summaries.Where(summary => summary.Counts).Select(summary => summary.Verdict)];
        Verdict[] contradictions = Of(proofs, summaries).IsEmpty ? [] : [Verdict.Inconclusive];
        return Verdicts.Worst(
        [
            .. counted.IsEmpty ? [Verdict.Inconclusive] : counted,
            .. proofs.Where(proof => proof.Counts).Select(proof => proof.Verdict),
            .. contradictions,
        ]);
    }

    private static ProofVerdict? AsLoaded(IReadOnlyList<FirewallProof> proofs, ScenarioResult result)
    {
        return proofs.FirstOrDefault(proof => proof.Name == ProofCase.Of(result.Scenario).Name)?.Result?.Verdict;
    }

    private static string Opening(ScenarioResult result)
    {
        var cause = result.Protected!.RulesAtEnd!.FirstLeak;
        return $"{ProofCase.Of(result.Scenario).Name}: the rules at the end of scenario {result.Scenario.Id} are not those that "
            + $"were loaded: they let out {cause?.Region}, through {string.Join("; then ", cause?.Rules ?? [])}";
    }

    private static string? Contradiction(ScenarioResult result)
    {
        var leak = OutsideOfProofs.Contains(result.Scenario.Fault)
            ? null
            : result.Protected?.Judgement?.Leaks.FirstOrDefault(IsOfTheProof);
        return leak is null
            ? null
            : $"{ProofCase.Of(result.Scenario).Name}: proved, but scenario {result.Scenario.Id} saw {leak.Summary}";
    }

    // What the proof takes for granted is no contradiction: that the tunnel's client sends nothing but the tunnel, and what
    // is no IP packet.
    private static bool IsOfTheProof(Leak leak)
    {
        var isBelowIp = leak.Class == LeakClass.NonIp || leak.Class == LeakClass.Vlan || leak.Class == LeakClass.LinkControl
            || leak.Class == LeakClass.TunnelAddressNamed;
        var isOfTheTunnelsClient = leak.Class == LeakClass.SharedVpnServer && leak.Probe is null;
        var isInside = leak.Class == LeakClass.ExternalAddressShown || leak.Class == LeakClass.Unsolicited
            || leak.Class == LeakClass.ConnectionRevealed;
        return !isBelowIp && !isOfTheTunnelsClient && !isInside;
    }
}
