// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeakVerifier.Firewall.Enforcement;

namespace LeakVerifier.Firewall.Commands;

/// <summary>How things stand between the configuration and the kernel.</summary>
/// <param name="State">One of the constants of this type.</param>
/// <param name="Explanation">The state in a sentence.</param>
/// <param name="Comparison">What comparing with the configuration gave.</param>
/// <param name="Blocked">Packets refused since loading, by chain.</param>
internal sealed record StatusReport(
    string State,
    string Explanation,
    Comparison Comparison,
    IReadOnlyList<KeyValuePair<string, ulong>> Blocked)
{
    /// <summary>What is shown besides: the counters, the watch, what waits.</summary>
    public required StatusFacts Facts { get; init; }

    /// <summary>The backend whose rules were compared.</summary>
    public required string Backend { get; init; }

    /// <summary>What this backend cannot stop.</summary>
    public required IReadOnlyList<string> Uncovered { get; init; }

    /// <summary>What a person should know besides.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>Whether the rules, exactly as configured, let out by a physical interface what should not leave.</summary>
    public bool HasBreach { get; init; }

    public const string InForce = "in-force";
    public const string Altered = "altered";
    public const string LockedDown = "lockdown";
    public const string NotLoaded = "not-loaded";
    public const string Unknown = "unknown";

    /// <summary>Whether it is proved that nothing leaves but what is configured.</summary>
    public bool IsClosed => State is InForce or LockedDown && Comparison.HalfCovered.IsEmpty && !HasBreach;

    public ExitCode ExitCode => State switch
    {
        InForce => ExitCode.Done,
        Unknown => ExitCode.Inconclusive,
        _ => ExitCode.Leak,
    };

    /// <param name="isColoured">Whether the state's word has a colour.</param>
    public string ToText(bool isColoured = false)
    {
        var (colour, plain) = !isColoured ? ("", "") : (ExitCode == ExitCode.Done ? "\e[32m" : "\e[31m", "\e[0m");
        var text = new StringBuilder().Append(colour).Append(State).Append(plain).Append(": ").Append(Explanation).Append('\n');
        foreach (var line in Comparison.Differences)
        {
            text.Append("  ").Append(line).Append('\n');
        }

        Facts.AppendTo(text);
        if (Blocked.Count > 0)
        {
            text.Append("packets blocked since loading:");
            text.AppendJoin(",", Blocked.Select(count => $" {count.Key} {count.Value}")).Append('\n');
        }

        Facts.AppendCounters(text);

        text.AppendJoin("", Uncovered.Select(line => $"not stopped by {Backend}: {line}\n"));
        return text.AppendJoin("", Remarks.Select(line => $"note: {line}\n")).ToString();
    }

    public string ToJson()
    {
        // Relaxed: the text goes to a terminal or a program, not into HTML.
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", 1);
            json.WriteString("state", State);
            json.WriteBoolean("closed", IsClosed);
            json.WriteString("backend", Backend);
            json.WriteString("explanation", Explanation);
            Write(json, "differences", Comparison.Differences);
            Write(json, "uncovered", Uncovered);
            Write(json, "remarks", Remarks);
            json.WriteStartObject("blocked");
            foreach (var (chain, packets) in Blocked)
            {
                json.WriteNumber(chain, packets);
            }

            json.WriteEndObject();
            Facts.WriteTo(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> lines)
    {
        json.WriteStartArray(name);
        foreach (var line in lines)
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
    }
}
