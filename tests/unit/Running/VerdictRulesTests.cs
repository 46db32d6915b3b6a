// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Running;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.UnitTests.Running;

/// <summary>"Sealed" is earned: each condition that is taken away makes a scenario inconclusive.</summary>
public sealed class VerdictRulesTests
{
    /// <summary>What makes a run say nothing, and a word of the reason that must be given.</summary>
    private static readonly (string Name, Func<RunEvidence, RunEvidence> Spoil, string Reason)[] Spoilers =
    [
        ("a problem", run => run with { Problem = "the lab burned down" }, "the lab burned down"),
        ("no judgement", run => run with { Judgement = null }, "nothing was judged"),
        ("no capture", run => run with { Capture = null }, "capture"),
        ("kernel drops", run => Capture(run, capture => capture with { KernelDropped = 1 }), "1 frames dropped"),
        ("interface drops", run => Capture(run, capture => capture with { InterfaceDropped = 2 }), "2 frames dropped"),
        ("fewer delivered than received", run => Capture(run, capture => capture with { Delivered = 101 }), "capture"),
        ("no closing sentinel", run => Capture(run, capture => capture with { SentinelsSeen = 1 }), "capture"),
        ("a capture with a problem", run => Capture(run, capture => capture with { Problem = "went away" }), "capture"),
        ("no counter", run => run with { Reconciliation = null }, "counter"),
        ("a counter that disagrees", run => run with { Reconciliation = Disagreement }, "99 captured, 100 counted"),
        ("no canary", run => run with { Canaries = [] }, "before the fault"),
        ("no probes", run => run with { Probes = [] }, "no probe"),
    ];

    private static readonly Reconciliation Disagreement =
        new(99, 100, new FrameCounts(100, 49, 49, 2), "99 captured, 100 counted");

    private static IEnumerable<TestCaseData> SpoilerNames => Spoilers.Select(spoiler => new TestCaseData(spoiler.Name));

    [TestCase(false, "the firewall keeps IPv6 out of the tunnel too")]
    [TestCase(true, "the firewall keeps IPv6 out of the tunnel too, since it disables it on the client")]
    public void What_a_sealed_run_leaves_untested_stands_in_its_reason(bool isDisabled, string remark)
    {
        var refusing = Evidence.Closed() with { RefusedFamilies = ["-v6"], IsIPv6Disabled = isDisabled };

        var result = VerdictRules.Decide(Evidence.Scenario(), 1, Evidence.Control(), refusing);

        result.Verdict.Should().Be(Verdict.Sealed);
        result.Reason.Should().EndWith("; " + remark);
        Evidence.Closed().Remark.Should().BeNull();
    }

    [Test]
    public void A_closed_run_and_a_control_run_that_leaked_are_sealed()
    {
        var result = VerdictRules.Decide(Evidence.Scenario(), 3, Evidence.Control(), Evidence.Closed());

        result.Verdict.Should().Be(Verdict.Sealed);
        result.Repeat.Should().Be(3);
        result.Reason.Should().Contain("20 frames");
    }

    [TestCaseSource(nameof(SpoilerNames))]
    public void A_run_with_the_firewall_that_has_this_proves_nothing(string name)
    {
        var (_, spoil, reason) = Spoilers.Single(spoiler => spoiler.Name == name);

        var result = VerdictRules.Decide(Evidence.Scenario(), 1, Evidence.Control(), spoil(Evidence.Closed()));

        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Reason.Should().Contain(reason).And.NotStartWith("control run");
    }

    [TestCaseSource(nameof(SpoilerNames))]
    public void A_control_run_that_has_this_proves_nothing(string name)
    {
        var (_, spoil, reason) = Spoilers.Single(spoiler => spoiler.Name == name);

        var result = VerdictRules.Decide(Evidence.Scenario(), 1, spoil(Evidence.Control()), Evidence.Closed());

        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Reason.Should().StartWith("control run: ").And.Contain(reason);
    }

    [TestCaseSource(nameof(SpoilerNames))]
    public void A_leak_is_a_leak_in_spite_of_this(string name)
    {
        var (_, spoil, _) = Spoilers.Single(spoiler => spoiler.Name == name);
        var leaking = spoil(Evidence.Run("probe-v6")) with { Judgement = Evidence.Run("probe-v6").Judgement };

        var result = VerdictRules.Decide(Evidence.Scenario(), 1, spoil(Evidence.Control()), leaking);

        result.Verdict.Should().Be(Verdict.Leak);
        result.Reason.Should().Contain("10 frames").And.Contain("probe-v6 (10)");
    }

    [Test]
    public void A_name_that_a_probe_of_the_run_has_stands_for_that_probe_alone()
    {
        var scenario = Evidence.Scenario("hand-made", "packet-lldp");
        var one = Evidence.Control("packet-lldp");
        one = one with { Probes = [.. one.Probes, one.Probes[0] with { Name = "packet-lldp" }] };

        VerdictRules.MissingInControl(scenario, one).Should().BeEmpty();
        VerdictRules.MissingInControl(scenario, Evidence.Control("packet-lldp")).Should().Equal("packet-lldp-v4", "packet-lldp-v6");
    }

    [Test]
    public void An_exception_that_is_not_in_use_proves_nothing()
    {
        var scenario = Evidence.Scenario() with { MustPass = [AllowedReason.LocalNetwork] };
        var closed = Evidence.Closed();
        var used = closed with
        {
            Judgement = closed.Judgement! with { Allowed = closed.Judgement.Allowed.SetItem(AllowedReason.LocalNetwork, 1) },
        };

        VerdictRules.Decide(scenario, 1, Evidence.Control(), used).Verdict.Should().Be(Verdict.Sealed);
        VerdictRules.Decide(scenario, 1, Evidence.Control(), closed).Should().Match<ScenarioResult>(result =>
            result.Verdict == Verdict.Inconclusive && result.Reason.Contains("nothing of the local network"));
    }

    [Test]
    public void A_frame_that_nobody_can_be_named_for_is_a_leak()
    {
        var result = VerdictRules.Decide(Evidence.Scenario(), 1, Evidence.Control(), Evidence.Run(""));

        result.Verdict.Should().Be(Verdict.Leak);
        result.Reason.Should().Contain("unattributed (10)");
    }

    [Test]
    public void A_control_run_in_which_nothing_leaked_proves_nothing()
    {
        var scenario = Evidence.Scenario() with { MustLeak = [] };

        var result = VerdictRules.Decide(scenario, 1, Evidence.Closed(), Evidence.Closed());

        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Reason.Should().Be("control run: nothing leaked");
        VerdictRules.Decide(scenario, 1, Evidence.Control(), Evidence.Closed()).Verdict.Should().Be(Verdict.Sealed);
    }

    [Test]
    public void A_probe_named_without_its_family_must_leak_over_both()
    {
        var scenario = Evidence.Scenario("s", "probe");

        VerdictRules.MissingInControl(scenario, Evidence.Control("probe-v4")).Should().Equal("probe-v6");
        VerdictRules.MissingInControl(scenario, Evidence.Control("probe-v4", "probe-v6")).Should().BeEmpty();
        var result = VerdictRules.Decide(scenario, 1, Evidence.Control("probe-v4"), Evidence.Closed());
        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Reason.Should().Contain("probe-v6 did not leak");
    }

    [Test]
    public void A_probe_named_with_its_family_must_leak_over_that_one_alone()
    {
        var scenario = Evidence.Scenario("s", "probe-v4");

        VerdictRules.MissingInControl(scenario, Evidence.Control("probe-v4")).Should().BeEmpty();
        VerdictRules.MissingInControl(scenario, Evidence.Control("probe-v6")).Should().Equal("probe-v4");
        VerdictRules.Decide(scenario, 1, Evidence.Control("probe-v4"), Evidence.Closed()).Verdict.Should().Be(Verdict.Sealed);
    }

    [Test]
    public void A_probe_that_attempted_nothing_after_the_fault_proves_nothing()
    {
        var silent = Evidence.Closed() with
        {
            Probes = [Evidence.Outcome("probe-v4", []), Evidence.Outcome("probe-v6", [], attemptsSinceFault: 0)],
        };

        var result = VerdictRules.Decide(Evidence.Scenario(), 1, Evidence.Control(), silent);

        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Reason.Should().Be("probe-v6 attempted nothing after the fault");
    }

    [Test]
    public void A_server_that_did_all_that_it_was_asked_to_break_spoils_nothing()
    {
        var result = VerdictRules.Decide(Breaking, 1, Obeyed(Evidence.Control()), Obeyed(Evidence.Closed()));

        result.Verdict.Should().Be(Verdict.Sealed);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_server_that_did_not_do_all_that_it_was_asked_to_break_proves_nothing(bool inControl)
    {
        var (control, closed) = (Obeyed(Evidence.Control()), Obeyed(Evidence.Closed()));
        var result = inControl
            ? VerdictRules.Decide(Breaking, 1, Missed(control), closed)
            : VerdictRules.Decide(Breaking, 1, control, Missed(closed));

        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Reason.Should().Be((inControl ? "control run: " : "") + "the server did not do all that it was asked: corrupt: 3 packets were never sent");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_server_of_which_nothing_is_known_proves_nothing_where_it_is_asked_to_break(bool inControl)
    {
        var (control, closed) = (Obeyed(Evidence.Control()), Obeyed(Evidence.Closed()));
        var result = inControl
            ? VerdictRules.Decide(Breaking, 1, control with { ServerActions = null }, closed)
            : VerdictRules.Decide(Breaking, 1, control, closed with { ServerActions = null });

        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Reason.Should().EndWith("nothing is known of what the server did");
    }

    [Test]
    public void A_leak_is_a_leak_whatever_the_server_did()
    {
        VerdictRules.Decide(Breaking, 1, Missed(Evidence.Control()), Missed(Evidence.Run("probe-v4")))
            .Verdict.Should().Be(Verdict.Leak);
    }

    private static Scenario Breaking => Evidence.Scenario() with { Tunnel = TunnelKind.OpenVpn };

    private static RunEvidence Obeyed(RunEvidence run)
    {
        return run with { ServerActions = new ServerActions([new ServerAction(Evidence.Fault, "corrupt 20")], []) };
    }

    private static RunEvidence Missed(RunEvidence run)
    {
        return run with { ServerActions = Obeyed(run).ServerActions! with { Missing = ["corrupt: 3 packets were never sent"] } };
    }

    private static RunEvidence Capture(RunEvidence run, Func<CaptureResult, CaptureResult> change)
    {
        return run with { Capture = change(run.Capture!) };
    }
}
