// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Running;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Harness.Reports;

/// <summary>The report for programs: one JSON document. Fields may be added to it; those there stay.</summary>
public static class JsonReport
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // ">" in summaries; the document is not put into HTML.
    };

    /// <summary>Writes the report.</summary>
    public static void Write(
        Stream stream, string firewall, IReadOnlyList<ScenarioSummary> summaries, IReadOnlyList<FirewallProof> proofs)
    {
        using var json = new Utf8JsonWriter(stream, Options);
        json.WriteStartObject();
        json.WriteNumber("schema", 1);
        json.WriteString("verdict", ProofComparison.Overall(summaries, proofs).Keyword());
        json.WriteString("firewall", firewall);
        json.WriteStartArray("scenarios");
        foreach (var summary in summaries)
        {
            Write(json, summary);
        }

        json.WriteEndArray();
        ProofReport.Write(json, proofs, ProofComparison.Of(proofs, summaries));
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Write(Utf8JsonWriter json, ScenarioSummary summary)
    {
        var result = summary.Decisive;
        json.WriteStartObject();
        json.WriteString("id", summary.Scenario.Id);
        json.WriteString("verdict", summary.Verdict.Keyword());
        json.WriteString("reason", result.Reason);
        json.WriteNumber("leakedFrames", result.Protected?.LeakedFrames ?? 0);
        json.WriteNumber("controlFrames", result.Control?.LeakedFrames ?? 0);
        json.WriteNumber("captured", result.Protected?.Captured ?? 0);
        json.WriteNumber("dropped", result.Protected?.Dropped ?? 0);
        json.WriteNumber("runs", summary.Results.Length);
        json.WriteNumber("sealedRuns", summary.SealedCount);
        WriteRun(json, "control", result.Control);
        WriteRun(json, "protected", result.Protected);
        WriteProbes(json, result);
        json.WriteStartArray("leaks");
        foreach (var leak in result.Protected?.Judgement?.Leaks ?? [])
        {
            Write(json, leak, result.Protected!.FaultUnixNanoseconds);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter json, string name, RunEvidence? run)
    {
        if (run is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("seconds", Math.Round(run.Duration.TotalSeconds, 3));
        json.WriteNumber("labSetUpMilliseconds", Math.Round(run.LabSetUp.TotalMilliseconds, 1));
        json.WriteString("problem", run.Problem);
        json.WriteNumber("captured", run.Captured);
        json.WriteNumber("received", run.Capture?.Received ?? 0);
        json.WriteNumber("dropped", run.Dropped);
        json.WriteNumber("sentinels", run.Capture?.SentinelsSeen ?? 0);
        json.WriteNumber("capturedOfClient", run.Reconciliation?.Captured ?? 0);
        json.WriteNumber("countedOfClient", run.Reconciliation?.Counted ?? 0);
        json.WriteString("captureFile", run.CaptureFile);
        json.WriteString("rulesAtEnd", run.RulesAtEnd is { } rules ? PathWords.Of(rules.Verdict) : null);
        json.WriteString("rulesAtEndReason", run.RulesAtEnd?.Reason);
        json.WriteStartObject("canaries");
        foreach (var canary in run.Canaries)
        {
            json.WriteString(canary.Probe, canary.SeenAs?.ToString());
        }

        json.WriteEndObject();
        if (run.TunnelPing is { } ping)
        {
            json.WriteNumber("tunnelRequests", ping.Sent);
            json.WriteNumber("tunnelRequestsLost", ping.Lost);
        }

        if (run.TransportPackets is { } packets)
        {
            json.WriteStartObject("transportPackets");
            foreach (var (kind, count) in packets.OrderBy(pair => pair.Key))
            {
                json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()), count);
            }

            json.WriteEndObject();
        }

        WriteServerActions(json, run);
        json.WriteStartObject("allowed");
        foreach (var (reason, frames) in run.Judgement?.Allowed.ToDictionary() ?? [])
        {
            json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(reason.ToString()), frames);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteServerActions(Utf8JsonWriter json, RunEvidence run)
    {
        if (run.ServerActions is not { } actions)
        {
            return;
        }

        json.WriteStartArray("serverActions");
        foreach (var done in actions.Done)
        {
            json.WriteStartObject();
            json.WriteNumber("sinceFault", SinceFault(done.UnixNanoseconds, run.FaultUnixNanoseconds));
            json.WriteString("action", done.Action);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("serverActionsMissing");
        foreach (var missing in actions.Missing)
        {
            json.WriteStringValue(missing);
        }

        json.WriteEndArray();
    }

    private static double SinceFault(long unixNanoseconds, long fault) => Math.Round((unixNanoseconds - fault) / 1e9, 6);

    /// <summary>Fault x probe: who was able to leak, and who did.</summary>
    private static void WriteProbes(Utf8JsonWriter json, ScenarioResult result)
    {
        var control = result.Control?.Probes.ToDictionary(probe => probe.Name) ?? [];
        json.WriteStartArray("probes");
        foreach (var probe in result.Protected?.Probes ?? [])
        {
            json.WriteStartObject();
            json.WriteString("name", probe.Name);
            json.WriteString("user", probe.User);
            json.WriteNumber("attempts", probe.Counters.Attempts);
            json.WriteNumber("attemptsSinceFault", probe.Counters.AttemptsSinceFault);
            json.WriteNumber("leakedFrames", probe.LeakedFrames);
            json.WriteNumber("controlFrames", control.GetValueOrDefault(probe.Name)?.LeakedFrames ?? 0);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Leak leak, long faultUnixNanoseconds)
    {
        var time = UnixTime.ToDate(leak.UnixNanoseconds).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        json.WriteStartObject();
        json.WriteString("time", time);
        json.WriteNumber("sinceFault", SinceFault(leak.UnixNanoseconds, faultUnixNanoseconds));
        json.WriteString("interface", leak.Interface);
        json.WriteString("summary", leak.Summary);
        json.WriteString("probe", leak.Probe);
        json.WriteString("user", leak.User);
        json.WriteString("class", leak.Class.Id);
        json.WriteString("why", leak.Why);
        json.WriteEndObject();
    }
}
