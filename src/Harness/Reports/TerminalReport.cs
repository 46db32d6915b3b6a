// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Running;
using LeakVerifier.Prover.Proving;
using Spectre.Console;
using Verdict = LeakVerifier.Harness.Running.Verdict;

namespace LeakVerifier.Harness.Reports;

/// <summary>The report for people: a table of scenarios, what could leak, what did, and the verdict.</summary>
public sealed class TerminalReport
{
    private const int LeaksShown = 3;

    private readonly IAnsiConsole _console;

    /// <param name="console">Where it is written.</param>
    public TerminalReport(IAnsiConsole console)
    {
        _console = console;
    }

    /// <summary>Writes the report.</summary>
    public void Write(
        string firewall, IReadOnlyList<ScenarioSummary> summaries, IReadOnlyList<FirewallProof> proofs, TimeSpan elapsed)
    {
        WriteTable(firewall, summaries);
        ProbeMatrix.Write(_console, summaries);
        foreach (var summary in summaries.Where(summary => summary.Verdict != Verdict.Sealed))
        {
            WriteFinding(summary.Decisive);
        }

        foreach (var result in summaries.Select(summary => summary.Decisive))
        {
            if (result.Protected?.TunnelPing is { } ping)
            {
                Line($"{result.Scenario.Id}: the tunnel lost {ping.Lost} of {ping.Sent} requests meanwhile");
            }
        }

        WriteProofs(summaries, proofs);
        WriteLastLines(firewall, summaries, proofs, elapsed);
    }

    private void WriteProofs(IReadOnlyList<ScenarioSummary> summaries, IReadOnlyList<FirewallProof> proofs)
    {
        foreach (var proof in proofs)
        {
            _console.MarkupLineInterpolated($"[bold]rules of {proof.Name}[/]: {proof.Keyword}: {proof.Reason}");
            foreach (var replay in proof.Replays)
            {
                Line($"    {PathWords.Of(replay.Answer.Path, replay.Answer.Family)}: {replay.Cause.Region}; let through by {string.Join("; then ", replay.Cause.Rules)}: {Outcome(replay)}");
            }
        }

        var ends = summaries.SelectMany(summary => summary.Results).Select(result => result.Protected?.RulesAtEnd).OfType<ProofResult>().ToList();
        if (ends.Count > 0)
        {
            var answers = ends.CountBy(rules => rules.Verdict).OrderBy(pair => pair.Key).Select(pair => Text($"{PathWords.Of(pair.Key)} {pair.Value}"));
            Line($"rules at the end of scenarios: {string.Join(", ", answers)}");
        }

        foreach (var result in ProofComparison.NoLongerProved(proofs, summaries))
        {
            Line($"rules at the end of {result.Scenario.Id}: not proved any more, so shown by captures alone: {result.Protected!.RulesAtEnd!.Reason}");
        }

        foreach (var line in ProofComparison.Of(proofs, summaries))
        {
            _console.MarkupLineInterpolated($"[red bold]DISAGREEMENT[/] of {line}");
        }
    }

    private static string Outcome(Replay replay) => replay.Outcome switch
    {
        ReplayOutcome.Confirmed => "sent, came out",
        ReplayOutcome.NotReproduced => "sent, did not come out",
        _ => $"not sent ({replay.Why})",
    };

    private void WriteTable(string firewall, IReadOnlyList<ScenarioSummary> summaries)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("scenario");
        table.AddColumn(new TableColumn("without firewall").RightAligned());
        table.AddColumn(new TableColumn($"with {Markup.Escape(firewall)}").RightAligned());
        table.AddColumn("verdict");
        foreach (var summary in summaries)
        {
            var result = summary.Decisive;
            table.AddRow(summary.Scenario.Id, Control(result.Control), Protected(result.Protected), VerdictCell(summary));
        }

        _console.Write(table);
    }

    private static string Control(RunEvidence? run)
    {
        return run is null
            ? "-"
            : Text($"{run.LeakedFrames} leaked, {run.Probes.Count(p => p.LeakedFrames > 0)} of {run.Probes.Length} probes");
    }

    private static string Protected(RunEvidence? run)
    {
        return run is null ? "-" : Text($"{run.LeakedFrames} leaked, {run.Dropped} of {run.Captured} dropped");
    }

    private static string VerdictCell(ScenarioSummary summary)
    {
        var text = summary.Verdict switch
        {
            Verdict.Sealed => "[green]sealed[/]",
            Verdict.Leak => "[red bold]LEAK[/]",
            Verdict.Inconclusive => "[yellow]inconclusive[/]",
            _ => "[grey]skipped[/]",
        };
        return summary.Results.Length == 1 ? text : text + Text($" ({summary.SealedCount} of {summary.Results.Length} sealed)");
    }

    private void WriteFinding(ScenarioResult result)
    {
        _console.MarkupLineInterpolated($"[bold]{result.Scenario.Id}[/]: {result.Verdict.Keyword()}: {result.Reason}");
        foreach (var leak in result.Protected?.Judgement?.Leaks.Take(LeaksShown) ?? [])
        {
            var since = (leak.UnixNanoseconds - result.Protected!.FaultUnixNanoseconds) / 1e9;
            var sender = leak.Probe is null ? "no probe of ours" : $"{leak.Probe}, user {leak.User}";
            Line($"    {since:+0.000;-0.000} s  {leak.Interface}  {leak.Summary}  {leak.Class.Id} ({sender})");
        }
    }

    private void WriteLastLines(
        string firewall, IReadOnlyList<ScenarioSummary> summaries, IReadOnlyList<FirewallProof> proofs, TimeSpan elapsed)
    {
        var repeats = summaries.Select(summary => summary.Results.Length).DefaultIfEmpty(1).Max();
        if (repeats > 1 && summaries.Max(summary => summary.LeakProbabilityBound) is { } bound
            && summaries.All(summary => summary.Verdict == Verdict.Sealed || !summary.Counts))
        {
            Line($"{repeats} runs each, none leaked: at 95 % confidence fewer than {bound * 100:0.#} % of runs do");
        }

        foreach (var remark in Remarks.Of(summaries))
        {
            _console.MarkupLineInterpolated($"[yellow]note[/]: {remark}");
        }

        var unproved = proofs.Where(proof => !proof.Counts).Select(proof => proof.Name).ToList();
        if (unproved.Count > 0)
        {
            Line($"not proved, so shown by captures alone: the rules of {string.Join(", ", unproved)}");
        }

        var counts = summaries
            .CountBy(summary => summary.Verdict)
            .OrderBy(pair => pair.Key)
            .Select(pair => Text($"{pair.Value} {pair.Key.Keyword()}"));
        var verdict = ProofComparison.Overall(summaries, proofs).Keyword();
        Line($"{firewall}: {verdict} ({string.Join(", ", counts)}) in {elapsed.TotalSeconds:0.0} s");
    }

    private void Line(FormattableString text) => _console.WriteLine(FormattableString.Invariant(text));

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
