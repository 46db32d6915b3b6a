// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Running;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.UnitTests.Running;

/// <summary>Scenarios and runs made by hand: whole and sealed, for each test to take one thing away.</summary>
internal static class Evidence
{
    /// <summary>2026-01-01T00:00:00Z.</summary>
    public const long Fault = 1_767_225_600_000_000_000;

    /// <summary>A scenario whose probe "probe" must leak, over both families where no other names are given.</summary>
    public static Scenario Scenario(string id = "hand-made", params string[] mustLeak)
    {
        return new Scenario
        {
            Id = id,
            Shows = "Whether the rules of verdicts hold.",
            Limits = "Made by hand.",
            LeakClasses = [1],
            Tunnel = TunnelKind.OutOfBand,
            Fault = ProcessFaults.Killed,
            Window = TimeSpan.FromSeconds(3),
            MustLeak = mustLeak.Length == 0 ? ["probe"] : [.. mustLeak],
        };
    }

    /// <summary>A control run in which the named probes leaked, 10 frames each.</summary>
    public static RunEvidence Control(params string[] leaked)
    {
        return Run(leaked.Length == 0 ? ["probe-v4", "probe-v6"] : leaked);
    }

    /// <summary>A run with the firewall in which nothing leaked.</summary>
    public static RunEvidence Closed() => Run();

    /// <summary>A run in which the named probes leaked, 10 frames each; "" stands for what cannot be attributed.</summary>
    public static RunEvidence Run(params string[] leaked)
    {
        return new RunEvidence
        {
            Problem = null,
            Judgement = Judged(leaked),
            Capture = Complete,
            Reconciliation = new Reconciliation(100, 100, new FrameCounts(100, 49, 49, 2), null),
            Canaries = [new ProbeReadiness("probe-v4", new IPEndPoint(IPAddress.Parse("198.51.100.130"), 40000), null)],
            Probes = [Outcome("probe-v4", leaked), Outcome("probe-v6", leaked)],
            FaultUnixNanoseconds = Fault,
            Duration = TimeSpan.FromSeconds(4),
            LabSetUp = TimeSpan.FromMilliseconds(100),
        };
    }

    /// <summary>A capture that lost nothing.</summary>
    public static CaptureResult Complete { get; } = new()
    {
        Delivered = 102,
        Received = 102,
        KernelDropped = 0,
        InterfaceDropped = 0,
        SentinelsSeen = 2,
        Inbound = 100,
        Outbound = 2,
        IsEvidenceTruncated = false,
        Problem = null,
    };

    /// <summary>A result with nothing behind it but its verdict.</summary>
    public static ScenarioResult Result(Scenario scenario, Verdict verdict, int repeat = 1)
    {
        return new ScenarioResult(scenario, repeat, verdict, $"{verdict.Keyword()} in run {repeat}", null, null);
    }

    /// <summary>A probe's outcome as a run counts it.</summary>
    public static ProbeOutcome Outcome(string name, string[] leaked, long attemptsSinceFault = 60)
    {
        var counters = new ProbeCounters(
            70, attemptsSinceFault, 0, 0, 0, 0, ImmutableDictionary<string, long>.Empty);
        return new ProbeOutcome(name, "65534", counters, leaked.Contains(name) ? 10 : 0);
    }

    private static Judgement Judged(string[] leaked)
    {
        return new Judgement
        {
            BeforeWindow = 0,
            Outbound = 2,
            Judged = 100,
            Allowed = ImmutableSortedDictionary<AllowedReason, long>.Empty.Add(AllowedReason.Arp, 2),
            LeakedFrames = 10 * leaked.Length,
            LeaksByProbe =
            [
                .. leaked.Select(name => new ProbeLeaks(
                    NullWhenEmpty(name), NullWhenEmpty(name) is null ? null : "65534", 10, Fault, Fault + 1, [LeakClass.Direct])),
            ],
            Leaks =
            [
                .. leaked.Select(name => new Leak(
                    Fault + 250_000_000,
                    "eth0",
                    "IPv4 UDP 192.0.2.100:40000 > 198.51.100.10:7003 90 bytes",
                    LeakClass.Direct,
                    NullWhenEmpty(name),
                    NullWhenEmpty(name) is null ? null : "65534",
                    null)),
            ],
        };
    }

    private static string? NullWhenEmpty(string name) => name.Length == 0 ? null : name;
}
