// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Reports;
using LeakVerifier.Harness.Running;

namespace LeakVerifier.Harness.Commands;

/// <summary>The reports of <c>verify</c>, wherever they are wanted.</summary>
internal sealed class VerifyReports
{
    private readonly VerifyOptions _options;
    private readonly IReadOnlyList<ScenarioSummary> _summaries;
    private readonly IReadOnlyList<FirewallProof> _proofs;
    private readonly TimeSpan _elapsed;

    /// <param name="options">Where they go.</param>
    /// <param name="summaries">What was captured.</param>
    /// <param name="proofs">What was proved.</param>
    /// <param name="elapsed">How long that took.</param>
    public VerifyReports(
        VerifyOptions options, IReadOnlyList<ScenarioSummary> summaries, IReadOnlyList<FirewallProof> proofs, TimeSpan elapsed)
    {
        _options = options;
        _summaries = summaries;
        _proofs = proofs;
        _elapsed = elapsed;
    }

    /// <summary>Writes each of them, whatever becomes of the others.</summary>
    /// <returns>Why some could not be written.</returns>
    public IReadOnlyList<string> WriteAll()
    {
        var failures = new List<string>();
        foreach (var write in Wanted())
        {
            try
            {
                write();
            }
            catch (CommandException exception)
            {
                failures.Add(exception.Message);
            }
        }

        return failures;
    }

    private IEnumerable<Action> Wanted()
    {
        yield return _options.Json == "-" ? WriteJsonToOutput : () => WriteText(Consoles.Output());
        if (_options.Json is { } json and not "-")
        {
            yield return () => OutputFile.Write(json, WriteJson);
        }

        if (_options.JUnit is { } junit)
        {
            yield return () => OutputFile.Write(junit, WriteJUnit);
        }

        if (_options.Out is { } folder)
        {
            yield return () => OutputFile.Write(Path.Combine(folder, "report.json"), WriteJson);
            yield return () => OutputFile.Write(Path.Combine(folder, "junit.xml"), WriteJUnit);
            yield return () => OutputFile.Write(Path.Combine(folder, "report.txt"), WriteText);
        }
    }

    private void WriteJsonToOutput()
    {
        using var output = StandardStreams.OpenOutput();
        WriteJson(output);
    }

    private void WriteJson(Stream stream) => JsonReport.Write(stream, _options.Firewall, _summaries, _proofs);

    private void WriteJUnit(Stream stream) => JUnitReport.Write(stream, _options.Firewall, _summaries, _proofs);

    private void WriteText(Stream stream)
    {
        using var text = new StreamWriter(stream);
        WriteText(Consoles.Plain(text));
    }

    private void WriteText(Spectre.Console.IAnsiConsole console)
    {
        new TerminalReport(console).Write(_options.Firewall, _summaries, _proofs, _elapsed);
    }
}
