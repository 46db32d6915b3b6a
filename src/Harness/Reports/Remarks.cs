// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Harness.Running;

namespace LeakVerifier.Harness.Reports;

/// <summary>
/// What must be known of scenarios that are sealed, whose reasons no report for people prints: said once for all of them that
/// have it in common.
/// </summary>
internal static class Remarks
{
    /// <summary>A line for each remark, with the scenarios that it is about.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<ScenarioSummary> summaries)
    {
        var ran = summaries.Where(summary => summary.Results.Any(result => result.Protected is not null)).ToList();
        return
        [
            .. ran.SelectMany(summary => RemarksOn(summary).Select(remark => (Remark: remark, summary.Scenario.Id)))
                .GroupBy(pair => pair.Remark, pair => pair.Id)
                .Select(group => $"{group.Key}: no such flow inside it was tested ({Where([.. group], ran.Count)})"),
        ];
    }

    private static IEnumerable<string> RemarksOn(ScenarioSummary summary)
    {
        return summary.Results.Select(result => result.Protected?.Remark).OfType<string>().Distinct();
    }

    private static string Where(IReadOnlyList<string> ids, int all)
    {
        return (ids.Count == all, all) switch
        {
            (true, 1) => ids[0],
            (true, _) => string.Create(CultureInfo.InvariantCulture, $"all {all} scenarios that ran"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{ids.Count} of {all} scenarios: {string.Join(", ", ids)}"),
        };
    }
}
