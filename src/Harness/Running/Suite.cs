// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Running;

/// <summary>Runs scenarios in parallel labs, each with its control run.</summary>
public sealed class Suite
{
    private readonly FirewallUnderTest? _firewall;
    private readonly RunSettings _settings;
    private readonly Action<ScenarioResult> _onResult;

    /// <param name="firewall">The firewall under test; null: none, so the control run is all there is.</param>
    /// <param name="settings">Where files go.</param>
    /// <param name="onResult">Told of each verdict as it is reached, one at a time.</param>
    public Suite(FirewallUnderTest? firewall, RunSettings settings, Action<ScenarioResult> onResult)
    {
        _firewall = firewall;
        _settings = settings;
        _onResult = onResult;
    }

    /// <summary>Ids of scenarios that are asked for by name: they are answered for, also when they ask nothing of the firewall.</summary>
    public IReadOnlyCollection<string> Named { get; init; } = [];

    /// <summary>Runs them all.</summary>
    /// <param name="scenarios">The scenarios.</param>
    /// <param name="repeat">How often each is run; every repetition has its own control run.</param>
    /// <param name="cancellation">Interrupts: what has not ended is reported as skipped.</param>
    /// <returns>A result for each scenario and repetition, in their order.</returns>
    public async Task<IReadOnlyList<ScenarioResult>> RunAsync(
        IReadOnlyList<Scenario> scenarios, int repeat, CancellationToken cancellation)
    {
        var wanted = Enumerable.Range(1, repeat).SelectMany(count => scenarios.Select(s => (Scenario: s, Repeat: count))).ToList();
        var results = new ScenarioResult?[wanted.Count];
        var gate = new object();
        using var places = new SemaphoreSlim(_settings.Hosts.LabsPerCore * Environment.ProcessorCount);
        using var blasts = new SemaphoreSlim(Environment.ProcessorCount);
        async Task RunOneAsync(int index)
        {
            var (scenario, count) = wanted[index];
            using var blast = scenario.Course == Course.FaultUnderBlast ? await Turn.TakeAsync(blasts, CancellationToken.None) : null;
            var result = await RunScenarioAsync(scenario, count, places, cancellation);
            lock (gate)
            {
                results[index] = result;
                _onResult(result);
            }
        }

        // The longest first, so that none of them is left over for the end, when most places are empty. Blasts have that end:
        // they yield to whoever else wants the processor, and are the stronger the more of it is left; so they are few at a time.
        var inOrder = Enumerable.Range(0, wanted.Count)
            .OrderBy(index => wanted[index].Scenario.Course == Course.FaultUnderBlast)
            .ThenByDescending(index => wanted[index].Scenario.Window);
        await Task.WhenAll(inOrder.Select(RunOneAsync));
        return [.. results.Select(result => result!)];
    }

    private async Task<ScenarioResult> RunScenarioAsync(
        Scenario scenario, int repeat, SemaphoreSlim places, CancellationToken cancellation)
    {
        if ((_firewall as FirewallFolder)?.WhyNot(scenario) is { } why)
        {
            var isNamed = Named.Contains(scenario.Id);
            var verdict = isNamed ? Verdict.Inconclusive : Verdict.Skipped;
            return new ScenarioResult(scenario, repeat, verdict, why, null, null) { Counts = isNamed };
        }

        var name = repeat == 1 ? scenario.Id : $"{scenario.Id}-{repeat}";
        try
        {
            var controlRun = RunAsync(scenario, null, name + "-control", places, cancellation);
            var protectedRun = _firewall is null ? controlRun : RunAsync(scenario, _firewall, name, places, cancellation);
            await Task.WhenAll(controlRun, protectedRun);
            return VerdictRules.Decide(scenario, repeat, await controlRun, await protectedRun);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new ScenarioResult(scenario, repeat, Verdict.Skipped, "interrupted", null, null);
        }
    }

    private async Task<RunEvidence> RunAsync(
        Scenario scenario, FirewallUnderTest? firewall, string name, SemaphoreSlim places, CancellationToken cancellation)
    {
        using var turn = await Turn.TakeAsync(places, cancellation);
        return await LabRun.ExecuteAsync(scenario, firewall, name, _settings, cancellation);
    }
}
