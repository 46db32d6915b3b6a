// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Running;

namespace LeakVerifier.UnitTests.Running;

/// <summary>Repetitions are counted; none is averaged away, none is tried again until it is green.</summary>
public sealed class ScenarioSummaryTests
{
    [Test]
    public void One_leak_among_many_makes_the_scenario_a_leak()
    {
        var summary = Of(Verdict.Sealed, Verdict.Inconclusive, Verdict.Leak, Verdict.Sealed);

        summary.Verdict.Should().Be(Verdict.Leak);
        summary.Decisive.Repeat.Should().Be(3);
        summary.SealedCount.Should().Be(2);
        summary.LeakProbabilityBound.Should().BeNull();
    }

    [Test]
    public void One_inconclusive_repetition_among_sealed_ones_is_not_green()
    {
        var summary = Of(Verdict.Sealed, Verdict.Inconclusive, Verdict.Sealed);

        summary.Verdict.Should().Be(Verdict.Inconclusive);
        summary.Decisive.Repeat.Should().Be(2);
        summary.LeakProbabilityBound.Should().BeNull();
    }

    [Test]
    public void A_repetition_that_was_skipped_is_not_green_and_is_the_one_that_is_shown()
    {
        var summary = Of(Verdict.Sealed, Verdict.Skipped);

        summary.Verdict.Should().Be(Verdict.Inconclusive);
        summary.Decisive.Verdict.Should().Be(Verdict.Skipped);
    }

    [Test]
    public void A_scenario_is_skipped_only_when_all_repetitions_are()
    {
        Of(Verdict.Skipped, Verdict.Skipped).Verdict.Should().Be(Verdict.Skipped);
    }

    [TestCase(1, 0.95)]
    [TestCase(20, 0.13911)]
    [TestCase(100, 0.02951)]
    [TestCase(3000, 0.000998)]
    public void N_sealed_runs_leave_a_probability_of_at_most_1_minus_the_nth_root_of_5_percent(int runs, double bound)
    {
        var summary = Of([.. Enumerable.Repeat(Verdict.Sealed, runs)]);

        summary.SealedCount.Should().Be(runs);
        summary.LeakProbabilityBound.Should().BeApproximately(bound, 0.00001);
    }

    [Test]
    public void Results_are_grouped_by_scenario_in_their_order_and_repetitions_in_theirs()
    {
        var (first, second) = (Evidence.Scenario("zebra"), Evidence.Scenario("ant"));

        var summaries = ScenarioSummary.Of(
        [
            Evidence.Result(first, Verdict.Sealed, 2),
            Evidence.Result(second, Verdict.Sealed, 1),
            Evidence.Result(first, Verdict.Leak, 1),
        ]);

        summaries.Select(summary => summary.Scenario).Should().Equal(first, second);
        summaries[0].Results.Select(result => result.Repeat).Should().Equal(1, 2);
        summaries[0].Verdict.Should().Be(Verdict.Leak);
        summaries[1].Verdict.Should().Be(Verdict.Sealed);
    }

    private static ScenarioSummary Of(params Verdict[] verdicts)
    {
        var scenario = Evidence.Scenario();
        return new ScenarioSummary(
            scenario, [.. verdicts.Select((verdict, index) => Evidence.Result(scenario, verdict, index + 1))]);
    }
}
