// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Commands;

/// <summary><c>leakverifier list</c>: the scenarios.</summary>
internal static class ListCommand
{
    public static ExitCode Run(bool isJson)
    {
        if (isJson)
        {
            WriteJson();
            return ExitCode.Done;
        }

        var width = ScenarioCatalogue.All.Max(scenario => scenario.Id.Length);
        foreach (var scenario in ScenarioCatalogue.All)
        {
            Console.Out.WriteLine($"{scenario.Id.PadRight(width)}  {scenario.Shows}");
        }

        return ExitCode.Done;
    }

    private static void WriteJson()
    {
        using var output = StandardStreams.OpenOutput();
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("schema", 1);
        json.WriteStartArray("scenarios");
        foreach (var scenario in ScenarioCatalogue.All)
        {
            json.WriteStartObject();
            json.WriteString("id", scenario.Id);
            json.WriteString("tunnel", scenario.Tunnel.ToString());
            json.WriteString("fault", scenario.Fault.Id);
            json.WriteString("shows", scenario.Shows);
            json.WriteString("passesIf", scenario.PassesIf);
            json.WriteString("limits", scenario.Limits);
            json.WriteStartArray("leakClasses");
            foreach (var number in scenario.LeakClasses)
            {
                json.WriteNumberValue(number);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }
}
