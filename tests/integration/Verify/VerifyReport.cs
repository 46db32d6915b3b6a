// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>What <c>verify --json</c> says, read by the names of its contract.</summary>
internal sealed record VerifyReport(
    string Verdict, IReadOnlyList<ScenarioReport> Scenarios, IReadOnlyList<ProofReport> Proofs, IReadOnlyList<string> Disagreements)
{
    public ScenarioReport this[string id] => Scenarios.Single(scenario => scenario.Id == id);

    public IEnumerable<string> IdsOf(string verdict)
    {
        return Scenarios.Where(scenario => scenario.Verdict == verdict).Select(scenario => scenario.Id);
    }

    public static VerifyReport Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        root.GetProperty("schema").GetInt32().Should().Be(1);
        return new VerifyReport(
            root.GetProperty("verdict").GetString()!,
            [.. root.GetProperty("scenarios").EnumerateArray().Select(ScenarioReport.Parse)],
            [.. root.GetProperty("proofs").EnumerateArray().Select(ProofReport.Parse)],
            [.. root.GetProperty("disagreements").EnumerateArray().Select(line => line.GetString()!)]);
    }
}
