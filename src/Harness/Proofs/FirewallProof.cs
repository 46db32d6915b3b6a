// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using LeakVerifier.Prover.Proving;
using ProofVerdict = LeakVerifier.Prover.Proving.Verdict;
using Verdict = LeakVerifier.Harness.Running.Verdict;

namespace LeakVerifier.Harness.Proofs;

/// <summary>
/// What was proved of a firewall's rules as it loaded them, and what the wire said to it: each predicted leak was sent,
/// and where none is predicted, packets around every rule's edges were.
/// </summary>
/// <param name="Name">What it is about; see <see cref="ProofCase.Name"/>.</param>
public sealed record FirewallProof(string Name)
{
    /// <summary>The prover's answer; null: it came to none.</summary>
    public ProofResult? Result { get; init; }

    /// <summary>Why there is no answer, or why the wire could not be asked; null: nothing.</summary>
    public string? Problem { get; init; }

    /// <summary>The predicted leaks that were sent.</summary>
    public ImmutableArray<Replay> Replays { get; init; } = [];

    /// <summary>Packets outside the policy that were sent, and come out without the firewall.</summary>
    public int Probes { get; init; }

    /// <summary>Packets that came out neither with nor without the firewall: they say nothing.</summary>
    public int SilentProbes { get; init; }

    /// <summary>Those of <see cref="Probes"/> that came out with the firewall, in words.</summary>
    public ImmutableArray<string> Escaped { get; init; } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What contradicts what, in words; null: proof and wire agree.</summary>
    public string? Disagreement =>
        Result is null ? null
        : Replays.FirstOrDefault(replay => replay.Outcome == ReplayOutcome.NotReproduced) is { } missing
            ? $"predicted, but it did not come out: {PacketOf(missing)}{(missing.Why.Length > 0 ? $" ({missing.Why})" : "")}"
        : Result.Verdict == ProofVerdict.Proved && !Escaped.IsEmpty
            ? $"proved, but it came out: {Escaped[0]}"
        : null;

    /// <summary>
    /// The verdict. A packet outside the policy that came out is a leak; a contradiction without one, and a proof whose
    /// probes say nothing, are inconclusive; so is a predicted leak that the lab cannot send, and what the prover cannot model,
    /// which does not count (see <see cref="Counts"/>).
    /// </summary>
    public Verdict Verdict =>
        !Escaped.IsEmpty || Replays.Any(IsSeenLeak) ? Verdict.Leak
        : Result is { Verdict: ProofVerdict.Proved } && Problem is null && Disagreement is null && Probes > 0 ? Verdict.Sealed
        : Verdict.Inconclusive;

    /// <summary>
    /// Whether the verdict counts in the suite's. What the prover cannot model does not, nor what is predicted of a family that
    /// the client does not have: the captures answer it. They do not answer what is predicted and not sent: no probe of a
    /// scenario sends that either.
    /// </summary>
    public bool Counts => Verdict != Verdict.Inconclusive || Disagreement is not null || Problem is not null
        || Result is { Verdict: ProofVerdict.Proved } || Replays.Any(IsUnanswered);

    /// <summary>The prover's answer in one word, or that there is none.</summary>
    public string Keyword => Result is null ? "no answer" : PathWords.Of(Result.Verdict);

    /// <summary>The verdict's reason, one sentence.</summary>
    public string Reason => Disagreement ?? Problem ?? Text();

    /// <summary>Causes of paths on which it depends on something are only possible.</summary>
    private int Predicted => Result!.Paths.Where(path => path.Verdict == ProofVerdict.Leak).Sum(path => path.Causes.Length);

    private string Text() => Result!.Verdict switch
    {
        ProofVerdict.Proved when Probes == 0 => "no probe came out without the firewall, so the wire says nothing",
        ProofVerdict.Proved => Invariant($"{Probes} packets around the rules' edges were sent and none came out; without the firewall all of them do"),
        ProofVerdict.Leak => Invariant($"{Predicted} causes predicted, {Replays.Count(IsSeenLeak)} of {Replays.Count(IsSent)} sent came out"),
        _ => $"{Result.Reason}" + (Escaped.IsEmpty ? "" : Invariant($"; {Escaped.Length} of {Probes} probes came out")),
    };

    // What leaves by packet sockets needs CAP_NET_RAW and is answered for apart.
    private static bool Decides(Replay replay) => replay.Answer.Path != PathKind.PacketSocket;

    private static bool IsSent(Replay replay) => Decides(replay) && replay.Outcome != ReplayOutcome.NotTried;

    private static bool IsUnanswered(Replay replay)
    {
        return Decides(replay) && replay.Outcome == ReplayOutcome.NotTried && replay.IsPossible;
    }

    private static bool IsSeenLeak(Replay replay) => Decides(replay) && replay.Outcome == ReplayOutcome.Confirmed;

    private static string PacketOf(Replay replay) => LeakVerifier.Prover.Explaining.PacketText.Of(replay.Cause.Witness.Packet);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
