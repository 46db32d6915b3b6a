// SPDX-License-Identifier: GPL-3.0-or-later

using System.Xml.Linq;
using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Reports;
using LeakVerifier.Harness.Running;
using LeakVerifier.Prover.Proving;
using LeakVerifier.UnitTests.Running;
using ProofVerdict = LeakVerifier.Prover.Proving.Verdict;

namespace LeakVerifier.UnitTests.Reports;

/// <summary>CI systems read a leak as a failure, and what is inconclusive as an error.</summary>
public sealed class JUnitReportTests
{
    private XElement _suite = null!;

    [OneTimeSetUp]
    public void Write()
    {
        using var stream = new MemoryStream();
        JUnitReport.Write(stream, "builtin", HandMadeSuite.Summaries, []);
        stream.Position = 0;
        _suite = XDocument.Load(stream).Root!.Element("testsuite")!;
    }

    [Test]
    public void Tests_failures_errors_and_skipped_ones_are_counted()
    {
        ((int)_suite.Attribute("tests")!).Should().Be(4);
        ((int)_suite.Attribute("failures")!).Should().Be(1);
        ((int)_suite.Attribute("errors")!).Should().Be(1);
        ((int)_suite.Attribute("skipped")!).Should().Be(1);
    }

    [TestCase("one-sealed", null)]
    [TestCase("two-leak", "failure")]
    [TestCase("three-inconclusive", "error")]
    [TestCase("four-skipped", "skipped")]
    public void A_test_case_has_the_element_of_its_verdict(string id, string? element)
    {
        var known = new[] { "failure", "error", "skipped" };

        Case(id).Elements().Select(child => child.Name.LocalName).Where(known.Contains)
            .Should().Equal(element is null ? [] : [element]);
    }

    [Test]
    public void A_failure_shows_the_frames_that_leaked()
    {
        var failure = Case("two-leak").Element("failure")!;

        ((string)failure.Attribute("message")!).Should().Contain("20 frames left outside the policy");
        failure.Value.Should().Contain("192.0.2.100:40000 > 198.51.100.10:7003");
    }

    [Test]
    public void An_error_gives_its_reason_to_the_letter()
    {
        ((string)Case("three-inconclusive").Element("error")!.Attribute("message")!).Should().Be(HandMadeSuite.AwkwardReason);
    }

    [Test]
    public void A_test_case_takes_as_long_as_both_its_runs()
    {
        ((double)Case("one-sealed").Attribute("time")!).Should().Be(8);
    }

    [Test]
    public void What_sealed_scenarios_leave_untested_stands_in_the_suites_output()
    {
        var refusing = Evidence.Closed() with { RefusedFamilies = ["-v6"] };
        using var stream = new MemoryStream();
        JUnitReport.Write(
            stream, "builtin", ScenarioSummary.Of([VerdictRules.Decide(Evidence.Scenario(), 1, Evidence.Control(), refusing)]), []);
        stream.Position = 0;

        ((string)XDocument.Load(stream).Root!.Element("testsuite")!.Element("system-out")!)
            .Should().StartWith("note: the firewall keeps IPv6 out of the tunnel too");
        _suite.Element("system-out").Should().BeNull("there is nothing to say");
    }

    [Test]
    public void A_contradiction_of_proof_and_wire_is_an_error_though_each_scenario_and_proof_is_green()
    {
        var open = Evidence.Closed() with { RulesAtEnd = new ProofResult(ProofVerdict.Leak, "it leaks", []) };
        var summaries = ScenarioSummary.Of([VerdictRules.Decide(Evidence.Scenario("opens"), 1, Evidence.Control(), open)]);
        var proof = new FirewallProof("host-udp") { Result = new ProofResult(ProofVerdict.Proved, "it holds", []), Probes = 250 };
        using var stream = new MemoryStream();
        JUnitReport.Write(stream, "builtin", summaries, [proof]);
        stream.Position = 0;

        var suite = XDocument.Load(stream).Root!.Element("testsuite")!;
        ((int)suite.Attribute("errors")!).Should().Be(1);
        var error = suite.Elements("testcase").Last().Element("error")!;
        ((string)error.Attribute("message")!).Should().Contain("the rules at the end of scenario opens are not those that were loaded");
    }

    private XElement Case(string id) => _suite.Elements("testcase").Single(test => (string)test.Attribute("name")! == id);
}
