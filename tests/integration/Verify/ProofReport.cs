// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>What <c>verify --json</c> says of a firewall's rules.</summary>
internal sealed record ProofReport(
    string Id, string Verdict, string Reason, string? Answer, int Probes, int SilentProbes, IReadOnlyList<string> Escaped,
    IReadOnlyList<ReplayReport> Replays, IReadOnlyList<string> Causes)
{
    public static ProofReport Parse(JsonElement proof)
    {
        var result = proof.GetProperty("proof");
        var hasAnswer = result.ValueKind != JsonValueKind.Null;
        return new ProofReport(
            proof.GetProperty("id").GetString()!,
            proof.GetProperty("verdict").GetString()!,
            proof.GetProperty("reason").GetString()!,
            hasAnswer ? result.GetProperty("verdict").GetString() : null,
            proof.GetProperty("probes").GetInt32(),
            proof.GetProperty("silentProbes").GetInt32(),
            [.. proof.GetProperty("escaped").EnumerateArray().Select(probe => probe.GetString()!)],
            [.. proof.GetProperty("replays").EnumerateArray().Select(ReplayReport.Parse)],
            hasAnswer ? [.. result.GetProperty("paths").EnumerateArray().SelectMany(CausesOf)] : []);
    }

    private static IEnumerable<string> CausesOf(JsonElement path)
    {
        var place = $"{path.GetProperty("direction").GetString()} {path.GetProperty("family").GetString()}";
        return path.GetProperty("causes").EnumerateArray().Select(cause =>
            $"{place}: {string.Join("; ", cause.GetProperty("rules").EnumerateArray().Select(rule => rule.GetString()))}");
    }
}

/// <summary>A predicted leak that was sent.</summary>
internal sealed record ReplayReport(string Place, string Packet, string Recipe, string Outcome, string Why)
{
    public static ReplayReport Parse(JsonElement replay)
    {
        return new ReplayReport(
            $"{replay.GetProperty("direction").GetString()} {replay.GetProperty("family").GetString()}",
            replay.GetProperty("packet").GetString()!,
            replay.GetProperty("recipe").GetString()!,
            replay.GetProperty("outcome").GetString()!,
            replay.GetProperty("why").GetString()!);
    }
}
