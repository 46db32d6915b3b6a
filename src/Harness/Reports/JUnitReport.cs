// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Xml;
using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Running;

namespace LeakVerifier.Harness.Reports;

/// <summary>
/// The report for CI systems: JUnit's XML as Jenkins and GitLab read it. A leak is a failure; what is inconclusive is an
/// error, never green.
/// </summary>
public static class JUnitReport
{
    /// <summary>Writes the report.</summary>
    public static void Write(
        Stream stream, string firewall, IReadOnlyList<ScenarioSummary> summaries, IReadOnlyList<FirewallProof> proofs)
    {
        // A proof that the prover cannot give is shown and passes: the captures answer.
        var contradictions = ProofComparison.Of(proofs, summaries);
        Verdict[] ofContradictions = contradictions.IsEmpty ? [] : [Verdict.Inconclusive];
        Verdict[] verdicts = [.. summaries.Select(s => s.Verdict), .. proofs.Select(Counted), .. ofContradictions];
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true });
        xml.WriteStartDocument();
        xml.WriteStartElement("testsuites");
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", "leakverifier " + firewall);
        xml.WriteAttributeString("tests", Text(verdicts.Length));
        xml.WriteAttributeString("failures", Text(verdicts.Count(verdict => verdict == Verdict.Leak)));
        xml.WriteAttributeString("errors", Text(verdicts.Count(verdict => verdict == Verdict.Inconclusive)));
        xml.WriteAttributeString("skipped", Text(verdicts.Count(verdict => verdict == Verdict.Skipped)));
        foreach (var summary in summaries)
        {
            Write(xml, firewall, summary);
        }

        foreach (var proof in proofs)
        {
            Write(xml, firewall, proof);
        }

        if (!contradictions.IsEmpty)
        {
            Write(xml, firewall, contradictions);
        }

        if (Remarks.Of(summaries) is { Count: > 0 } remarks)
        {
            xml.WriteElementString("system-out", string.Join('\n', remarks.Select(remark => "note: " + remark)));
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndDocument();
    }

    private static void Write(XmlWriter xml, string firewall, ScenarioSummary summary)
    {
        var result = summary.Decisive;
        var seconds = ((result.Control?.Duration ?? default) + (result.Protected?.Duration ?? default)).TotalSeconds;
        BeginCase(xml, firewall, summary.Scenario.Id);
        xml.WriteAttributeString("time", seconds.ToString("0.000", CultureInfo.InvariantCulture));
        if (ElementOf(summary.Verdict) is { } element)
        {
            WriteProblem(xml, element, result.Reason, (result.Protected?.Judgement?.Leaks ?? []).Select(leak => leak.Summary));
        }

        xml.WriteElementString("system-out", $"{result.Reason}\ncontrol run: {result.Control?.LeakedFrames ?? 0} frames leaked");
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, string firewall, FirewallProof proof)
    {
        BeginCase(xml, firewall, "rules-" + proof.Name);
        xml.WriteAttributeString("time", proof.Duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
        if (ElementOf(Counted(proof)) is { } element)
        {
            WriteProblem(xml, element, proof.Reason, proof.Replays.Select(replay => replay.Cause.Region).Concat(proof.Escaped));
        }

        xml.WriteElementString("system-out", $"{proof.Keyword}: {proof.Reason}");
        xml.WriteEndElement();
    }

    /// <summary>Scenarios and proofs may all be green while they contradict each other.</summary>
    private static void Write(XmlWriter xml, string firewall, IReadOnlyList<string> contradictions)
    {
        BeginCase(xml, firewall, "disagreements");
        WriteProblem(xml, "error", contradictions[0], contradictions);
        xml.WriteEndElement();
    }

    private static void BeginCase(XmlWriter xml, string firewall, string name)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", "leakverifier." + firewall);
        xml.WriteAttributeString("name", name);
    }

    private static void WriteProblem(XmlWriter xml, string element, string message, IEnumerable<string> details)
    {
        xml.WriteStartElement(element);
        xml.WriteAttributeString("message", message);
        xml.WriteString(string.Join('\n', details));
        xml.WriteEndElement();
    }

    private static Verdict Counted(FirewallProof proof) => proof.Counts ? proof.Verdict : Verdict.Sealed;

    private static string? ElementOf(Verdict verdict) => verdict switch
    {
        Verdict.Leak => "failure",
        Verdict.Inconclusive => "error",
        Verdict.Skipped => "skipped",
        _ => null,
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
