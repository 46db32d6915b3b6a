// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Running;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using LeakVerifier.UnitTests.Running;
using ProofVerdict = LeakVerifier.Prover.Proving.Verdict;
using Verdict = LeakVerifier.Harness.Running.Verdict;

namespace LeakVerifier.UnitTests.Proofs;

/// <summary>What proof and wire make of each other.</summary>
public sealed class ProofVerdictTests
{
    [Test]
    public void Proved_with_probes_that_stay_in_is_sealed()
    {
        var proof = Of(ProofVerdict.Proved) with { Probes = 250 };

        proof.Verdict.Should().Be(Verdict.Sealed);
        proof.Disagreement.Should().BeNull();
    }

    [Test]
    public void Proved_without_a_probe_that_could_come_out_shows_nothing()
    {
        var proof = Of(ProofVerdict.Proved) with { SilentProbes = 250 };

        proof.Verdict.Should().Be(Verdict.Inconclusive);
        proof.Counts.Should().BeTrue();
    }

    [Test]
    public void Proved_but_a_probe_came_out_is_a_leak_and_a_contradiction()
    {
        var proof = Of(ProofVerdict.Proved) with { Probes = 250, Escaped = ["udp ..."] };

        proof.Verdict.Should().Be(Verdict.Leak);
        proof.Disagreement.Should().Contain("proved, but it came out");
        ProofComparison.Overall([], [proof]).Should().Be(Verdict.Leak);
    }

    [Test]
    public void A_predicted_leak_that_comes_out_is_a_leak_and_no_contradiction()
    {
        var proof = Predicted(ReplayOutcome.Confirmed);

        proof.Verdict.Should().Be(Verdict.Leak);
        proof.Disagreement.Should().BeNull();
    }

    [Test]
    public void A_cause_that_depends_on_what_is_not_known_is_not_counted_as_predicted()
    {
        var proof = Predicted(ReplayOutcome.Confirmed);
        var answer = proof.Result!.Paths.Single();
        var depends = new PathAnswer(PathKind.Forward, IpFamily.Ip4, ProofVerdict.Inconclusive) { Causes = answer.Causes };

        (proof with { Result = proof.Result with { Paths = [answer, depends] } })
            .Reason.Should().Be("1 causes predicted, 1 of 1 sent came out");
    }

    [Test]
    public void A_predicted_leak_that_does_not_come_out_is_a_contradiction_and_inconclusive()
    {
        var proof = Predicted(ReplayOutcome.NotReproduced);

        proof.Verdict.Should().Be(Verdict.Inconclusive);
        proof.Counts.Should().BeTrue();
        ProofComparison.Of([proof], []).Should().ContainSingle().Which.Should().Contain("did not come out");
    }

    [Test]
    public void A_predicted_leak_that_the_lab_cannot_send_is_not_sealed_by_captures_that_never_tried_it()
    {
        var sealedOne = ScenarioSummary.Of([Evidence.Result(Evidence.Scenario("runs"), Verdict.Sealed)]);
        var proof = Predicted(ReplayOutcome.NotTried);

        proof.Reason.Should().Be("1 causes predicted, 0 of 0 sent came out");
        proof.Counts.Should().BeTrue();
        ProofComparison.Overall(sealedOne, [proof]).Should().Be(Verdict.Inconclusive);
    }

    [Test]
    public void A_predicted_leak_of_a_family_that_the_client_does_not_have_counts_for_nothing()
    {
        var proof = Predicted(ReplayOutcome.NotTried);

        (proof with { Replays = [.. proof.Replays.Select(replay => replay with { IsPossible = false })] }).Counts.Should().BeFalse();
    }

    [Test]
    public void What_the_prover_cannot_model_is_left_to_the_captures()
    {
        var proof = Of(ProofVerdict.Inconclusive) with { Probes = 250 };

        proof.Counts.Should().BeFalse();
    }

    [Test]
    public void A_scenario_that_is_left_out_counts_for_nothing_and_nothing_else_than_that_is_not_green()
    {
        var sealedOne = ScenarioSummary.Of([Evidence.Result(Evidence.Scenario("runs"), Verdict.Sealed)])[0];
        var leftOut = ScenarioSummary.Of([Evidence.Result(Evidence.Scenario("asks-nothing"), Verdict.Skipped) with { Counts = false }])[0];
        var interrupted = ScenarioSummary.Of([Evidence.Result(Evidence.Scenario("interrupted"), Verdict.Skipped)])[0];
        var proof = Of(ProofVerdict.Proved) with { Probes = 250 };

        ProofComparison.Overall([sealedOne, leftOut], [proof]).Should().Be(Verdict.Sealed);
        ProofComparison.Overall([leftOut], [proof]).Should().Be(Verdict.Inconclusive);
        ProofComparison.Overall([sealedOne, interrupted], [proof]).Should().Be(Verdict.Inconclusive);
    }

    private static FirewallProof Predicted(ReplayOutcome outcome)
    {
        var packet = new Packet { Path = PathKind.Output, Family = IpFamily.Ip4, OutInterface = "eth0" };
        var cause = new LeakCause(["a rule"], "everything", new Witness(packet, StateRecipe.None), []);
        var answer = new PathAnswer(PathKind.Output, IpFamily.Ip4, ProofVerdict.Leak) { Causes = [cause] };
        return new FirewallProof("host-udp")
        {
            Result = new ProofResult(ProofVerdict.Leak, "it leaks", [answer]),
            Replays = [new Replay(answer, cause, outcome)],
        };
    }

    private static FirewallProof Of(ProofVerdict verdict)
    {
        return new FirewallProof("host-udp") { Result = new ProofResult(verdict, "because", []) };
    }
}
