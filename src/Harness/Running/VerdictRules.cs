// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Running;

/// <summary>
/// Earns a verdict from the two runs of a scenario. A leak that was seen is a leak, whatever else went wrong; but
/// "sealed" needs every condition.
/// </summary>
public static class VerdictRules
{
    /// <summary>Decides.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="repeat">Which repetition, from 1.</param>
    /// <param name="control">The run without the firewall.</param>
    /// <param name="protectedRun">The run with the firewall.</param>
    public static ScenarioResult Decide(Scenario scenario, int repeat, RunEvidence control, RunEvidence protectedRun)
    {
        var (verdict, reason) = Decide(scenario, control, protectedRun);
        return new ScenarioResult(scenario, repeat, verdict, reason, control, protectedRun);
    }

    /// <summary>Probes (with their family) that the scenario says must leak and that did not in the control run.</summary>
    public static IReadOnlyList<string> MissingInControl(Scenario scenario, RunEvidence control)
    {
        var leaked = control.Judgement?.LeaksByProbe.Select(leaks => leaks.Probe).ToHashSet() ?? [];
        var single = control.Probes.Select(probe => probe.Name).ToHashSet();
        return [.. scenario.MustLeak
            .SelectMany(name => single.Contains(name) ? [name] : WithFamilies(name))
            .Where(name => !leaked.Contains(name))];
    }

    /// <summary>A probe's name, or where it names no family, those of both.</summary>
    private static IEnumerable<string> WithFamilies(string name)
    {
        return name.EndsWith("-v4", StringComparison.Ordinal) || name.EndsWith("-v6", StringComparison.Ordinal)
            ? [name]
            : [name + "-v4", name + "-v6"];
    }

    /// <summary>The first part of the policy that had to be seen in use and was not; null: there is none.</summary>
    private static string? NotInUse(Scenario scenario, RunEvidence protectedRun)
    {
        var unused = scenario.MustPass.Where(reason => protectedRun.Judgement!.Allowed.GetValueOrDefault(reason) == 0).ToList();
        return unused.Count == 0
            ? null
            : $"the firewall lets nothing of {string.Join(", ", unused.Select(reason => reason.Words()))} pass, so nothing is shown of it";
    }

    private static (Verdict Verdict, string Reason) Decide(Scenario scenario, RunEvidence control, RunEvidence protectedRun)
    {
        if (protectedRun.LeakedFrames > 0)
        {
            return (Verdict.Leak, Leaked(protectedRun));
        }

        // Where no tunnel ever comes up, the protected run has none that could have carried anything.
        var needsCanary = scenario.Course != Course.WhileConnecting;
        if ((MissingCondition(protectedRun, needsCanary) ?? MissingAction(scenario, protectedRun)) is { } problem)
        {
            return (Verdict.Inconclusive, problem);
        }

        if (NotInUse(scenario, protectedRun) is { } unused)
        {
            return (Verdict.Inconclusive, unused);
        }

        if ((MissingCondition(control, needsCanary: true) ?? MissingAction(scenario, control)) is { } controlProblem)
        {
            return (Verdict.Inconclusive, "control run: " + controlProblem);
        }

        if (MissingInControl(scenario, control) is { Count: > 0 } missing)
        {
            return (Verdict.Inconclusive, $"control run: {string.Join(", ", missing)} did not leak, so nothing is shown of it");
        }

        if (control.LeakedFrames == 0)
        {
            return (Verdict.Inconclusive, "control run: nothing leaked");
        }

        var silent = protectedRun.Probes.Where(probe => probe.Counters.AttemptsSinceFault == 0).Select(p => p.Name).ToList();
        return silent.Count > 0
            ? (Verdict.Inconclusive, $"{string.Join(", ", silent)} attempted nothing after the fault")
            : (Verdict.Sealed, $"nothing left; without the firewall {control.LeakedFrames} frames did" + (protectedRun.Remark is { } remark ? "; " + remark : ""));
    }

    /// <summary>
    /// The first condition that a run lacks to say anything, in words; null when it has them all. A run that knows of a
    /// problem says so, but evidence that is not there must not pass for evidence that nothing is wrong.
    /// </summary>
    private static string? MissingCondition(RunEvidence run, bool needsCanary)
    {
        return run switch
        {
            { Problem: { } problem } => problem,
            { Judgement: null } => "nothing was judged",
            { Capture: not { IsComplete: true } } => $"the capture is not complete: {run.Dropped} frames dropped",
            { Reconciliation: null } => "no independent counter was compared with the capture",
            { Reconciliation.Problem: { } difference } => difference,
            { Canaries.IsEmpty: true } when needsCanary => "no probe was answered before the fault",
            { Probes.IsEmpty: true } => "no probe sent anything",
            _ => null,
        };
    }

    /// <summary>
    /// What the server was asked to break and did not, in words; null when all of it happened. A fault that did not happen
    /// was withstood by nobody.
    /// </summary>
    private static string? MissingAction(Scenario scenario, RunEvidence run)
    {
        return (scenario.Tunnel, run.ServerActions) switch
        {
            (not TunnelKind.OpenVpn, _) => null,
            (_, null) => "nothing is known of what the server did",
            (_, { Missing: [var first, ..] }) => $"the server did not do all that it was asked: {first}",
            _ => null,
        };
    }

    private static string Leaked(RunEvidence run)
    {
        var worst = run.Judgement!.LeaksByProbe.OrderByDescending(leaks => leaks.Frames).Take(3);
        var names = worst.Select(leaks => $"{leaks.Probe ?? "unattributed"} ({leaks.Frames})");
        return $"{run.LeakedFrames} frames left outside the policy: {string.Join(", ", names)}";
    }
}
