// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Running;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Proving;
using LeakVerifier.Prover.Reporting;

namespace LeakVerifier.Harness.Reports;

/// <summary>The part of the JSON report that is about proofs.</summary>
internal static class ProofReport
{
    /// <summary>Writes the fields <c>proofs</c> and <c>disagreements</c>.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<FirewallProof> proofs, IEnumerable<string> disagreements)
    {
        json.WriteStartArray("proofs");
        foreach (var proof in proofs)
        {
            Write(json, proof);
        }

        json.WriteEndArray();
        json.WriteStartArray("disagreements");
        foreach (var line in disagreements)
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, FirewallProof proof)
    {
        json.WriteStartObject();
        json.WriteString("id", proof.Name);
        json.WriteString("verdict", proof.Verdict.Keyword());
        json.WriteBoolean("counts", proof.Counts);
        json.WriteString("reason", proof.Reason);
        json.WriteNumber("seconds", Math.Round(proof.Duration.TotalSeconds, 3));
        json.WriteNumber("probes", proof.Probes);
        json.WriteNumber("silentProbes", proof.SilentProbes);
        json.WriteStartArray("escaped");
        foreach (var probe in proof.Escaped)
        {
            json.WriteStringValue(probe);
        }

        json.WriteEndArray();
        json.WriteStartArray("replays");
        foreach (var replay in proof.Replays)
        {
            Write(json, replay);
        }

        json.WriteEndArray();
        json.WritePropertyName("proof");
        if (proof.Result is null)
        {
            json.WriteNullValue();
        }
        else
        {
            ProofJson.Write(json, proof.Result);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Replay replay)
    {
        json.WriteStartObject();
        json.WriteString("direction", PathWords.Of(replay.Answer.Path));
        json.WriteString("family", PathWords.Of(replay.Answer.Family));
        json.WriteString("packet", PacketText.Of(replay.Cause.Witness.Packet));
        json.WriteString("recipe", PathWords.Of(replay.Cause.Witness.Recipe));
        json.WriteString("outcome", JsonNamingPolicy.CamelCase.ConvertName(replay.Outcome.ToString()));
        json.WriteString("why", replay.Why);
        json.WriteEndObject();
    }
}
