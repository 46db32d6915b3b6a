// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Reporting;

/// <summary>The machine-readable answer of <c>prove --json</c>.</summary>
public static class ProofJson
{
    /// <summary>The schema's number.</summary>
    public const int Schema = 1;

    /// <summary>Writes an answer as one object.</summary>
    public static void Write(Utf8JsonWriter writer, ProofResult result)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schema", Schema);
        writer.WriteString("verdict", PathWords.Of(result.Verdict));
        writer.WriteString("reason", result.Reason);
        if (result.FirstLeak is { } leak)
        {
            writer.WritePropertyName("witness");
            Write(writer, leak.Witness);
            WriteStrings(writer, "path", leak.Rules);
        }
        else
        {
            writer.WriteNull("witness");
            WriteStrings(writer, "path", []);
        }
        Write(writer, "paths", result.Paths);
        Write(writer, "packetSockets", result.PacketSockets);
        WriteFrames(writer, result.Frames);
        WriteStrings(writer, "assumptions", result.Assumptions);
        WriteStrings(writer, "obstacles", result.Obstacles);
        WriteStrings(writer, "facts", result.Facts);
        writer.WriteEndObject();
    }

    /// <summary>Writes the explanation of one packet as one object.</summary>
    public static void Write(Utf8JsonWriter writer, Packet packet, Explanation explanation)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schema", Schema);
        writer.WriteString("packet", PacketText.Of(packet));
        writer.WriteBoolean("leaves", explanation.Leaves);
        Write(writer, explanation.Trace);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, IEnumerable<PathAnswer> answers)
    {
        writer.WriteStartArray(name);
        foreach (var answer in answers)
        {
            writer.WriteStartObject();
            writer.WriteString("direction", PathWords.Of(answer.Path));
            writer.WriteString("family", PathWords.Of(answer.Family));
            writer.WriteString("verdict", PathWords.Of(answer.Verdict));
            writer.WriteString("reason", answer.Reason);
            WriteStrings(writer, "unknowns", answer.Unknowns);
            writer.WriteStartArray("causes");
            foreach (var cause in answer.Causes)
            {
                Write(writer, cause);
            }
            writer.WriteEndArray();
            writer.WriteNumber("nodes", answer.Nodes);
            if (answer.SecondOpinion is { } opinion)
            {
                writer.WriteString("secondOpinion", opinion);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, LeakCause cause)
    {
        writer.WriteStartObject();
        WriteStrings(writer, "rules", cause.Rules);
        writer.WriteString("region", cause.Region);
        writer.WritePropertyName("witness");
        Write(writer, cause.Witness);
        Write(writer, cause.Trace);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IEnumerable<TraceEntry> trace)
    {
        writer.WriteStartArray("trace");
        foreach (var entry in trace)
        {
            writer.WriteStartObject();
            writer.WriteString("chain", entry.Chain);
            writer.WriteString("rule", entry.Rule);
            writer.WriteString("text", entry.Text);
            writer.WriteString("effect", entry.Effect);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, Witness witness)
    {
        var packet = witness.Packet;
        writer.WriteStartObject();
        writer.WriteString("family", PathWords.Of(packet.Family));
        writer.WriteString("direction", PathWords.Of(packet.Path));
        writer.WriteString("oif", packet.OutInterface);
        writer.WriteString("iif", packet.InInterface);
        writer.WriteString("saddr", packet.Source.ToString());
        writer.WriteString("daddr", packet.Destination.ToString());
        writer.WriteString("protocol", PacketText.ProtocolName(packet.Protocol));
        writer.WriteNumber("sport", packet.SourcePort);
        writer.WriteNumber("dport", packet.DestinationPort);
        if (packet.Uid is { } uid)
        {
            writer.WriteNumber("uid", uid);
        }
        else
        {
            writer.WriteNull("uid");
        }
        writer.WriteNumber("mark", packet.Mark);
        writer.WriteString("ctState", packet.ConnectionState.ToString().ToLowerInvariant());
        writer.WriteNumber("ctMark", (uint)packet[Field.ConnectionMark]);
        writer.WriteNumber("trafficClass", (uint)packet[Field.TrafficClass]);
        writer.WriteString("staleOif", packet.StaleOutInterface);
        writer.WriteString("formerDaddr", packet.FormerDestination?.ToString());
        writer.WriteBoolean("laterFragment", packet.IsLaterFragment);
        writer.WriteString("recipe", PathWords.Of(witness.Recipe));
        writer.WriteString("text", PacketText.Of(packet));
        writer.WriteEndObject();
    }

    private static void WriteFrames(Utf8JsonWriter writer, FrameAnswer? frames)
    {
        if (frames is null)
        {
            writer.WriteNull("otherFrames");
            return;
        }
        writer.WriteStartObject("otherFrames");
        writer.WriteString("verdict", PathWords.Of(frames.Verdict));
        writer.WriteString("text", frames.Text);
        writer.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }
        writer.WriteEndArray();
    }
}
