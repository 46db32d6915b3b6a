// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeakVerifier.Firewall.Explaining;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// <c>explain</c>: which rule decides about one packet. It asks the rules that the configuration gives, not the kernel;
/// that the kernel has those is <c>status</c>'s to say. Needs no privilege.
/// </summary>
internal sealed class ExplainVerb(FirewallEnvironment environment)
{
    public ExitCode Run(ConfigurationRequest configuration, string packet, bool asJson)
    {
        ExplainedPacket read;
        try
        {
            read = PacketWords.Read(packet);
        }
        catch (FormatException exception)
        {
            environment.Fail(exception.Message);
            return ExitCode.Usage;
        }

        if (ConfiguredRules.Read(configuration, environment) is not { } configured)
        {
            return ExitCode.BadConfiguration;
        }

        var explanation = Explainer.Explain(RulesetCompiler.Compile(configured.Policy), read);
        environment.Answer(asJson ? Json(explanation) : Text(explanation));
        return explanation.NotUnderstood is null ? ExitCode.Done : ExitCode.Inconclusive;
    }

    private static string Text(Explanation explanation)
    {
        var text = new StringBuilder().Append(explanation.Packet).Append('\n');
        foreach (var step in explanation.Steps)
        {
            text.Append("  ").Append(step.Table).Append(' ').Append(step.Chain).Append(" #").Append(step.Number)
                .Append(": ").Append(step.Rule).Append('\n');
        }

        return text.Append(explanation.Verdict).Append(": ").Append(explanation.Why).Append('\n').ToString();
    }

    private static string Json(Explanation explanation)
    {
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", 1);
            json.WriteString("packet", explanation.Packet.ToString());
            json.WriteString("verdict", explanation.Verdict);
            json.WriteString("why", explanation.Why);
            json.WriteStartArray("path");
            foreach (var step in explanation.Steps)
            {
                json.WriteStartObject();
                json.WriteString("table", step.Table);
                json.WriteString("chain", step.Chain);
                json.WriteNumber("number", step.Number);
                json.WriteString("rule", step.Rule);
                json.WriteString("verdict", step.Verdict);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
