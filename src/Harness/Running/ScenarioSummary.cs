// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Running;

/// <summary>A scenario over all its repetitions. Nothing is averaged away: one leak makes it a leak.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Results">Its repetitions, in order; at least one.</param>
public sealed record ScenarioSummary(Scenario Scenario, ImmutableArray<ScenarioResult> Results)
{
    /// <summary>The verdict on all repetitions.</summary>
    public Verdict Verdict =>
        Results.All(result => result.Verdict == Verdict.Skipped)
            ? Verdict.Skipped
            : Verdicts.Worst([.. Results.Select(result => result.Verdict)]);

    /// <summary>Whether it counts in the suite's verdict.</summary>
    public bool Counts => Results.Any(result => result.Counts);

    /// <summary>The repetition that decides: the first with the summary's verdict, or the first that is not sealed.</summary>
    public ScenarioResult Decisive =>
        Results.FirstOrDefault(result => result.Verdict == Verdict)
        ?? Results.First(result => result.Verdict != Verdict.Sealed);

    /// <summary>How many repetitions are sealed.</summary>
    public int SealedCount => Results.Count(result => result.Verdict == Verdict.Sealed);

    /// <summary>
    /// The greatest probability of a leak that N sealed runs leave possible at 95 % confidence: 1 - 0.05^(1/N), which the
    /// "rule of three" approximates as 3/N; null when not all were sealed.
    /// </summary>
    public double? LeakProbabilityBound =>
        SealedCount == Results.Length ? 1 - Math.Pow(0.05, 1.0 / Results.Length) : null;

    /// <summary>Groups results by scenario, in the order of the scenarios.</summary>
    public static ImmutableArray<ScenarioSummary> Of(IEnumerable<ScenarioResult> results)
    {
        return [.. results
            .GroupBy(result => result.Scenario)
            .Select(group => new ScenarioSummary(group.Key, [.. group.OrderBy(result => result.Repeat)]))];
    }
}
