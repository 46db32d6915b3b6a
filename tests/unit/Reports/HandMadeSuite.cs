// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Running;
using LeakVerifier.UnitTests.Running;

namespace LeakVerifier.UnitTests.Reports;

/// <summary>One scenario of every verdict.</summary>
internal static class HandMadeSuite
{
    /// <summary>A reason as a firewall's own words might make it: markup, quotes, an umlaut.</summary>
    public const string AwkwardReason = "'up' failed: <b>[red]\"Zurück\"[/] & more";

    public static ImmutableArray<ScenarioSummary> Summaries { get; } =
    [
        Decide("one-sealed", Evidence.Closed()),
        Decide("two-leak", Evidence.Run("probe-v4", "")),
        Decide("three-inconclusive", RunEvidence.Failed(AwkwardReason, TimeSpan.FromSeconds(1))),
        ScenarioSummary.Of([Evidence.Result(Evidence.Scenario("four-skipped"), Verdict.Skipped)])[0],
    ];

    private static ScenarioSummary Decide(string id, RunEvidence protectedRun)
    {
        var scenario = Evidence.Scenario(id);
        return ScenarioSummary.Of([VerdictRules.Decide(scenario, 1, Evidence.Control(), protectedRun)])[0];
    }
}
