// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Running;

/// <summary>A scenario's verdict with what it rests on.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Repeat">Which repetition, from 1.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">Why, one sentence.</param>
/// <param name="Control">The run without the firewall; null when it did not run.</param>
/// <param name="Protected">The run with the firewall; null when it did not run.</param>
public sealed record ScenarioResult(
    Scenario Scenario, int Repeat, Verdict Verdict, string Reason, RunEvidence? Control, RunEvidence? Protected)
{
    /// <summary>
    /// Whether it counts in the suite's verdict. What asks nothing of the firewall, and was not asked for by name, is left
    /// out and does not.
    /// </summary>
    public bool Counts { get; init; } = true;
}
