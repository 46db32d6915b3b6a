// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>Our own firewall against the whole set of a lab.</summary>
public abstract class BuiltinFirewallTests : SuiteFixture
{
    private readonly IReadOnlyList<string> _all;

    /// <param name="lab">The lab.</param>
    /// <param name="hasApplications">Whether real applications run there too.</param>
    private protected BuiltinFirewallTests(string lab, bool hasApplications)
        : base(lab)
    {
        _all = [.. ScenarioCatalogue.All.Where(scenario => hasApplications || !scenario.UsesApplications).Select(scenario => scenario.Id)];
    }

    /// <summary>The scenarios that run in every lab.</summary>
    private static IEnumerable<string> Ids => ScenarioCatalogue.All.Where(scenario => !scenario.UsesApplications).Select(scenario => scenario.Id);

    [Test]
    public void The_exit_code_is_0_and_the_verdict_sealed()
    {
        Run.ExitCode.Should().Be(0, "{0}", Run.Error);
        Report.Verdict.Should().Be("sealed");
    }

    [Test]
    public void Every_scenario_of_the_lab_ran_in_the_order_of_the_catalogue()
    {
        Report.Scenarios.Select(scenario => scenario.Id).Should().Equal(_all);
    }

    [TestCaseSource(nameof(Ids))]
    public void It_is_sealed_while_the_control_run_leaked_and_nothing_was_lost(string id) => ShouldBeSealed(Report[id]);

    [TestCaseSource(nameof(Ids))]
    public void Every_probe_that_must_leak_without_the_firewall_did_and_was_sent_with_it(string id) => ShouldHaveLeakedInControl(Report[id]);

    [Test]
    public void Its_rules_are_proved_in_every_configuration_and_no_packet_around_their_edges_comes_out()
    {
        Report.Disagreements.Should().BeEmpty();
        Report.Proofs.Select(proof => proof.Id).Should().BeEquivalentTo("host-udp", "host-tcp", "gateway-udp", "host-udp-exceptions");
        Report.Proofs.Should().AllSatisfy(proof =>
        {
            proof.Answer.Should().Be("proved", "{0}: {1}", proof.Id, proof.Reason);
            proof.Verdict.Should().Be("sealed", "{0}: {1}", proof.Id, proof.Reason);
            proof.Escaped.Should().BeEmpty();
            proof.Probes.Should().BeGreaterThan(200).And.BeGreaterThan(3 * proof.SilentProbes, "most must come out without rules");
        });
    }

    [Test]
    public void The_time_that_each_lab_took_to_make_is_reported()
    {
        var times = Report.Scenarios
            .SelectMany(scenario => new[] { scenario.Control!, scenario.Protected! })
            .Select(run => run.LabSetUpMilliseconds)
            .Order()
            .ToList();

        // Printed for people, not held against a limit: it depends on what else the machine does.
        TestContext.Out.WriteLine($"labs made in {times[0]:0} to {times[^1]:0} ms, median {times[times.Count / 2]:0} ms");
        times.Should().HaveCount(2 * Report.Scenarios.Count).And.OnlyContain(time => time > 0);
    }

    [Test]
    public void Reloads_under_a_blast_lose_nothing_of_the_tunnel()
    {
        var run = Report["oob-reload"].Protected!;

        run.TunnelRequests.Should().BeGreaterThan(100);
        run.TunnelRequestsLost.Should().Be(0);
    }

    [Test]
    public void Progress_goes_to_standard_error_in_one_plain_line_a_scenario()
    {
        Run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should()
            .HaveCount(Report.Scenarios.Count).And.OnlyContain(line => line.Contains(" sealed ("));
        Run.Error.Should().NotContain("\e");
    }

    private protected static void ShouldBeSealed(ScenarioReport scenario)
    {
        scenario.Verdict.Should().Be("sealed", "{0}", scenario.Reason);
        scenario.LeakedFrames.Should().Be(0);
        scenario.Leaks.Should().BeEmpty();
        scenario.ControlFrames.Should().BePositive();
        scenario.Captured.Should().BePositive();
        scenario.Dropped.Should().Be(0);
        scenario.Control!.Dropped.Should().Be(0);
    }

    private protected static void ShouldHaveLeakedInControl(ScenarioReport scenario)
    {
        var probes = scenario.Probes.ToDictionary(probe => probe.Name);
        var names = ScenarioCatalogue.All.Single(known => known.Id == scenario.Id).MustLeak
            .SelectMany(name => probes.ContainsKey(name) ? [name] : WithFamilies(name))
            .ToList();

        names.Should().NotBeEmpty().And.OnlyContain(name => probes[name].ControlFrames > 0);
        probes.Values.Should().OnlyContain(probe => probe.AttemptsSinceFault > 0 && probe.LeakedFrames == 0);
    }

    private static IEnumerable<string> WithFamilies(string name)
    {
        var namesFamily = name.EndsWith("-v4", StringComparison.Ordinal) || name.EndsWith("-v6", StringComparison.Ordinal);
        return namesFamily ? [name] : [name + "-v4", name + "-v6"];
    }
}

/// <summary>In labs of network namespaces.</summary>
public sealed class BuiltinFirewallInNamespacesTests() : BuiltinFirewallTests(Namespaces, hasApplications: false);
