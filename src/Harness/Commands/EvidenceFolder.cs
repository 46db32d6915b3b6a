// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Reports;
using LeakVerifier.Harness.Running;

namespace LeakVerifier.Harness.Commands;

/// <summary>The folder of <c>--out</c>: one run's captures, rulesets, logs and reports.</summary>
internal static class EvidenceFolder
{
    /// <summary>Makes the folder, or takes an empty one.</summary>
    /// <exception cref="CommandException">It has files, which might be another run's evidence, or cannot be made.</exception>
    public static void Prepare(string? folder)
    {
        if (folder is null)
        {
            return;
        }

        try
        {
            if (Directory.CreateDirectory(folder).EnumerateFileSystemInfos().Any())
            {
                throw new CommandException(ExitCode.Usage, $"--out {folder}: the folder is not empty; give one for this run alone");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"--out {folder}: {exception.Message}");
        }
    }

    /// <summary>Writes the reports in every form.</summary>
    /// <exception cref="CommandException">They cannot be written.</exception>
    public static void WriteReports(
        string folder,
        string firewall,
        IReadOnlyList<ScenarioSummary> summaries,
        IReadOnlyList<FirewallProof> proofs,
        TimeSpan elapsed)
    {
        OutputFile.Write(Path.Combine(folder, "report.json"), json => JsonReport.Write(json, firewall, summaries, proofs));
        OutputFile.Write(Path.Combine(folder, "junit.xml"), junit => JUnitReport.Write(junit, firewall, summaries, proofs));
        OutputFile.Write(Path.Combine(folder, "report.txt"), file =>
        {
            using var text = new StreamWriter(file);
            new TerminalReport(Consoles.Plain(text)).Write(firewall, summaries, proofs, elapsed);
        });
    }
}
