// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>A scenario of the report.</summary>
internal sealed record ScenarioReport(
    string Id,
    string Verdict,
    string Reason,
    long LeakedFrames,
    long ControlFrames,
    long Captured,
    long Dropped,
    int Runs,
    int SealedRuns,
    RunReport? Control,
    RunReport? Protected,
    IReadOnlyList<ProbeReport> Probes,
    IReadOnlyList<LeakReport> Leaks)
{
    public static ScenarioReport Parse(JsonElement scenario)
    {
        return new ScenarioReport(
            scenario.GetProperty("id").GetString()!,
            scenario.GetProperty("verdict").GetString()!,
            scenario.GetProperty("reason").GetString()!,
            scenario.GetProperty("leakedFrames").GetInt64(),
            scenario.GetProperty("controlFrames").GetInt64(),
            scenario.GetProperty("captured").GetInt64(),
            scenario.GetProperty("dropped").GetInt64(),
            scenario.GetProperty("runs").GetInt32(),
            scenario.GetProperty("sealedRuns").GetInt32(),
            RunReport.Parse(scenario.GetProperty("control")),
            RunReport.Parse(scenario.GetProperty("protected")),
            [.. scenario.GetProperty("probes").EnumerateArray().Select(ProbeReport.Parse)],
            [.. scenario.GetProperty("leaks").EnumerateArray().Select(LeakReport.Parse)]);
    }
}
