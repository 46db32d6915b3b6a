// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Xml;
using LeakVerifier.Harness.Running;

namespace LeakVerifier.Harness.Reports;

/// <summary>
/// The report for CI systems: JUnit's XML as Jenkins and GitLab read it. A leak is a failure; what is inconclusive is an
/// error, never green.
/// </summary>
public static class JUnitReport
{
    /// <summary>Writes the report.</summary>
    public static void Write(Stream stream, string firewall, IReadOnlyList<ScenarioSummary> summaries)
    {
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true });
        xml.WriteStartDocument();
        xml.WriteStartElement("testsuites");
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", "leakverifier " + firewall);
        xml.WriteAttributeString("tests", Text(summaries.Count));
        xml.WriteAttributeString("failures", Text(summaries.Count(s => s.Verdict == Verdict.Leak)));
        xml.WriteAttributeString("errors", Text(summaries.Count(s => s.Verdict == Verdict.Inconclusive)));
        xml.WriteAttributeString("skipped", Text(summaries.Count(s => s.Verdict == Verdict.Skipped)));
        foreach (var summary in summaries)
        {
            Write(xml, firewall, summary);
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndDocument();
    }

    private static void Write(XmlWriter xml, string firewall, ScenarioSummary summary)
    {
        var result = summary.Decisive;
        var seconds = ((result.Control?.Duration ?? default) + (result.Protected?.Duration ?? default)).TotalSeconds;
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", "leakverifier." + firewall);
        xml.WriteAttributeString("name", summary.Scenario.Id);
        xml.WriteAttributeString("time", seconds.ToString("0.000", CultureInfo.InvariantCulture));
        if (ElementOf(summary.Verdict) is { } element)
        {
            xml.WriteStartElement(element);
            xml.WriteAttributeString("message", result.Reason);
            xml.WriteString(string.Join('\n', (result.Protected?.Judgement?.Leaks ?? []).Select(leak => leak.Summary)));
            xml.WriteEndElement();
        }

        xml.WriteElementString("system-out", $"{result.Reason}\ncontrol run: {result.Control?.LeakedFrames ?? 0} frames leaked");
        xml.WriteEndElement();
    }

    private static string? ElementOf(Verdict verdict) => verdict switch
    {
        Verdict.Leak => "failure",
        Verdict.Inconclusive => "error",
        Verdict.Skipped => "skipped",
        _ => null,
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
