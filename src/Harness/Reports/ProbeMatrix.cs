// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Running;
using LeakVerifier.Harness.Running.Actors;
using Spectre.Console;

namespace LeakVerifier.Harness.Reports;

/// <summary>
/// Fault x probe: which probes were able to leak. A scenario seals only what its control run showed to be open.
/// </summary>
internal static class ProbeMatrix
{
    private const int LegendColumns = 4;

    /// <summary>Writes the matrix; nothing when no control run was judged.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<ScenarioSummary> summaries)
    {
        var rows = summaries.Select(summary => summary.Decisive).Where(r => r.Control is { Probes.Length: > 0 }).ToList();
        if (rows.Count == 0)
        {
            return;
        }

        var probes = rows.SelectMany(row => Ordinary(row.Control!)).Select(probe => BaseName(probe.Name)).Distinct().ToList();
        var width = rows.Max(row => row.Scenario.Id.Length);
        console.WriteLine("What could leak, by the control runs: # both families, 4 or 6 one of them, . neither (nothing is shown of it)");
        foreach (var row in rows)
        {
            var cells = probes.Select(probe => Cell(row.Control!, probe));
            console.WriteLine($"  {row.Scenario.Id.PadRight(width)}  {string.Join(' ', cells)}");
        }

        var legend = probes.Select((probe, index) => $"{(char)('a' + index)} {probe,-20}").Chunk(LegendColumns);
        console.WriteLine($"  {"".PadRight(width)}  {string.Join(' ', probes.Select((_, index) => (char)('a' + index)))}");
        foreach (var line in legend)
        {
            console.WriteLine(("  " + string.Concat(line)).TrimEnd());
        }

        foreach (var row in rows)
        {
            WriteActors(console, row);
        }

        console.WriteLine();
    }

    /// <summary>What is sent in one scenario only: those that leaked without the firewall, and those that did not.</summary>
    private static void WriteActors(IAnsiConsole console, ScenarioResult row)
    {
        var actors = row.Control!.Probes.Where(probe => ActorCatalogue.IsActors(probe.Name)).ToLookup(probe => probe.LeakedFrames > 0);
        if (actors.Count > 0)
        {
            var not = actors[false].Any() ? $"; not {Names(actors[false])}" : "";
            console.WriteLine($"  also in {row.Scenario.Id}: {Names(actors[true])}{not}");
        }
    }

    private static string Names(IEnumerable<ProbeOutcome> probes)
    {
        return string.Join(", ", probes.Select(probe => BaseName(probe.Name)).Distinct());
    }

    private static IEnumerable<ProbeOutcome> Ordinary(RunEvidence run)
    {
        return run.Probes.Where(probe => !ActorCatalogue.IsActors(probe.Name));
    }

    private static char Cell(RunEvidence control, string probe)
    {
        var leaked = control.Probes.Where(p => BaseName(p.Name) == probe && p.LeakedFrames > 0).Select(p => p.Name[^1]).ToList();
        return leaked.Count switch
        {
            0 => '.',
            1 => leaked[0],
            _ => '#',
        };
    }

    /// <summary>A probe's name without its family, <c>-v4</c> or <c>-v6</c>.</summary>
    private static string BaseName(string name)
    {
        return name.EndsWith("-v4", StringComparison.Ordinal) || name.EndsWith("-v6", StringComparison.Ordinal) ? name[..^3] : name;
    }
}
