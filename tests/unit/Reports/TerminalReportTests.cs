// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Reports;
using LeakVerifier.Harness.Running;
using LeakVerifier.Prover.Proving;
using LeakVerifier.UnitTests.Running;
using Spectre.Console;
using ProofVerdict = LeakVerifier.Prover.Proving.Verdict;

namespace LeakVerifier.UnitTests.Reports;

/// <summary>The report for people.</summary>
public sealed class TerminalReportTests
{
    private const char Escape = '\e';

    [Test]
    public void Every_scenario_has_a_row_with_both_runs_and_its_verdict()
    {
        var lines = Write(HandMadeSuite.Summaries).Split('\n');

        lines.Should().Contain(line => Has(line, "one-sealed", "20 leaked, 2 of 2 probes", "0 leaked, 0 of 102 dropped", "sealed"));
        lines.Should().Contain(line => Has(line, "two-leak", "20 leaked", "LEAK"));
        lines.Should().Contain(line => Has(line, "three-inconclusive", "inconclusive"));
        lines.Should().Contain(line => Has(line, "four-skipped", "skipped"));
    }

    [Test]
    public void A_leaked_frame_is_shown_with_its_time_sender_and_kind()
    {
        Write(HandMadeSuite.Summaries).Split('\n').Should().Contain(line => Has(
            line, "+0.250 s", "eth0", "IPv4 UDP 192.0.2.100:40000 > 198.51.100.10:7003", "direct", "probe-v4, user 65534"));
    }

    [Test]
    public void A_frame_that_no_probe_sent_is_shown_as_such()
    {
        Write(HandMadeSuite.Summaries).Should().Contain("no probe of ours");
    }

    [Test]
    public void A_reason_with_markup_is_printed_to_the_letter()
    {
        Write(HandMadeSuite.Summaries).Should().Contain(HandMadeSuite.AwkwardReason);
    }

    [Test]
    public void The_last_line_is_the_verdict_on_all_with_the_counts()
    {
        Write(HandMadeSuite.Summaries).TrimEnd().Split('\n')[^1]
            .Should().Be("builtin: leak (1 sealed, 1 leak, 1 inconclusive, 1 skipped) in 12.3 s");
    }

    [Test]
    public void What_sealed_scenarios_leave_untested_is_said_once_before_the_verdict()
    {
        var lines = Write([Refusing("one"), Refusing("two")]).TrimEnd().Split('\n');

        lines[^2].Should().Be(
            "note: the firewall keeps IPv6 out of the tunnel too: no such flow inside it was tested (all 2 scenarios that ran)");
        lines.Count(line => line.Contains("out of the tunnel")).Should().Be(1);
    }

    [Test]
    public void What_some_scenarios_leave_untested_is_said_with_their_names()
    {
        Write([Refusing("one"), .. HandMadeSuite.Summaries]).Should().Contain("inside it was tested (1 of 4 scenarios: one)");
        Write(HandMadeSuite.Summaries).Should().NotContain("note:");
    }

    [Test]
    public void Rules_that_are_proved_as_loaded_and_not_at_the_end_are_named_with_the_scenario_and_the_reason()
    {
        var proof = new FirewallProof("host-udp") { Result = new ProofResult(ProofVerdict.Proved, "it holds", []) };

        Write([AtEnd(ProofVerdict.Inconclusive)], proofs: [proof]).Should().Contain(
            "rules at the end of changing: not proved any more, so shown by captures alone: because of an XDP program\n");
        Write([AtEnd(ProofVerdict.Proved)], proofs: [proof]).Should().NotContain("any more");
        Write([AtEnd(ProofVerdict.Inconclusive)], proofs: [proof with { Result = AtEnd(ProofVerdict.Inconclusive).Results[0].Protected!.RulesAtEnd }])
            .Should().NotContain("any more", "they were not proved before either, which is said once");
    }

    [Test]
    public void Only_rules_that_the_prover_cannot_model_are_left_to_the_captures()
    {
        var unknown = new FirewallProof("host-udp") { Result = new ProofResult(ProofVerdict.Inconclusive, "because of a limit", []) };
        var failed = new FirewallProof("host-tcp") { Problem = "'up' of the firewall failed" };

        Write(HandMadeSuite.Summaries, proofs: [unknown, failed]).Should()
            .Contain("not proved, so shown by captures alone: the rules of host-udp\n");
    }

    [Test]
    public void Sealed_repetitions_come_with_the_bound_that_their_number_allows()
    {
        var scenario = Evidence.Scenario();
        var results = Enumerable.Range(1, 20)
            .Select(repeat => VerdictRules.Decide(scenario, repeat, Evidence.Control(), Evidence.Closed()));

        var text = Write(ScenarioSummary.Of(results));

        text.Should().Contain("(20 of 20 sealed)").And.Contain("at 95 % confidence fewer than 13.9 % of runs do");
    }

    [Test]
    public void The_matrix_shows_which_probes_were_able_to_leak()
    {
        var scenario = Evidence.Scenario("half-open", "probe-v4");
        var half = VerdictRules.Decide(scenario, 1, Evidence.Control("probe-v4"), Evidence.Closed());

        Write(ScenarioSummary.Of([half])).Split('\n').Should().Contain(line => line.TrimEnd() == "  half-open  4");
        Write(HandMadeSuite.Summaries).Split('\n').Should().Contain(line => Has(line, "one-sealed", " #"));
    }

    [Test]
    public void What_actors_send_stands_below_the_matrix_by_name()
    {
        var control = Evidence.Control("probe-v4", "packet-arp");
        var outcome = control.Probes[0];
        control = control with
        {
            Probes =
            [
                .. control.Probes, outcome with { Name = "packet-arp" }, outcome with { Name = "packet-lldp", LeakedFrames = 0 },
            ],
        };

        var lines = Write(ScenarioSummary.Of(
            [VerdictRules.Decide(Evidence.Scenario("own-senders", "probe-v4"), 1, control, Evidence.Closed())])).Split('\n');

        lines.Should().Contain(line => line.TrimEnd() == "  own-senders  4");
        lines.Should().Contain(line => line.TrimEnd() == "  also in own-senders: packet-arp; not packet-lldp");
    }

    [Test]
    public void Plain_text_has_no_colours_and_a_terminal_has()
    {
        Write(HandMadeSuite.Summaries).Should().NotContain(Escape.ToString());
        Write(HandMadeSuite.Summaries, hasColours: true).Should().Contain(Escape.ToString());
    }

    private static ScenarioSummary Refusing(string id)
    {
        var refusing = Evidence.Closed() with { RefusedFamilies = ["-v6"] };
        return ScenarioSummary.Of([VerdictRules.Decide(Evidence.Scenario(id), 1, Evidence.Control(), refusing)])[0];
    }

    private static ScenarioSummary AtEnd(ProofVerdict verdict)
    {
        var run = Evidence.Closed() with { RulesAtEnd = new ProofResult(verdict, "because of an XDP program", []) };
        return ScenarioSummary.Of([VerdictRules.Decide(Evidence.Scenario("changing"), 1, Evidence.Control(), run)])[0];
    }

    private static bool Has(string line, params string[] parts) => parts.All(line.Contains);

    private static string Write(
        IReadOnlyList<ScenarioSummary> summaries, bool hasColours = false, IReadOnlyList<FirewallProof>? proofs = null)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = hasColours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = hasColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = 160;
        new TerminalReport(console).Write("builtin", summaries, proofs ?? [], TimeSpan.FromSeconds(12.3));
        return text.ToString();
    }
}
