// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>One of a scenario's two runs.</summary>
internal sealed record RunReport(
    double LabSetUpMilliseconds, long Captured, long Dropped, string? CaptureFile, long? TunnelRequests, long? TunnelRequestsLost,
    IReadOnlyDictionary<string, long> TransportPackets, IReadOnlyList<string> ServerActions)
{
    public static RunReport? Parse(JsonElement run)
    {
        return run.ValueKind == JsonValueKind.Null
            ? null
            : new RunReport(
                run.GetProperty("labSetUpMilliseconds").GetDouble(),
                run.GetProperty("captured").GetInt64(),
                run.GetProperty("dropped").GetInt64(),
                run.GetProperty("captureFile").GetString(),
                Optional(run, "tunnelRequests"),
                Optional(run, "tunnelRequestsLost"),
                Packets(run),
                Actions(run));
    }

    private static long? Optional(JsonElement run, string name)
    {
        return run.TryGetProperty(name, out var value) ? value.GetInt64() : null;
    }

    private static List<string> Actions(JsonElement run)
    {
        return run.TryGetProperty("serverActions", out var actions)
            ? [.. actions.EnumerateArray().Select(done => done.GetProperty("action").GetString()!)]
            : [];
    }

    private static Dictionary<string, long> Packets(JsonElement run)
    {
        return run.TryGetProperty("transportPackets", out var packets)
            ? packets.EnumerateObject().ToDictionary(kind => kind.Name, kind => kind.Value.GetInt64())
            : [];
    }
}
