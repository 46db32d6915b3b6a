// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>Every scenario, found by its name.</summary>
public static class ScenarioCatalogue
{
    /// <summary>All, in the order in which they are reported.</summary>
    public static ImmutableArray<Scenario> All { get; } =
    [
        .. OutOfBandScenarios.All,
        .. FirewallScenarios.All,
        .. AttackScenarios.All,
        .. OpenVpnRealScenarios.All,
        .. OpenVpnScenarios.All,
        .. GatewayScenarios.All,
        .. ApplicationScenarios.All,
    ];

    /// <summary>Those whose id matches one of the patterns (<c>*</c> and <c>?</c>); all when there is no pattern.</summary>
    public static ImmutableArray<Scenario> Matching(IReadOnlyCollection<string> patterns)
    {
        return patterns.Count == 0 ? All : [.. All.Where(scenario => patterns.Any(pattern => IsMatch(pattern, scenario)))];
    }

    /// <summary>Whether a scenario's id matches a pattern.</summary>
    public static bool IsMatch(string pattern, Scenario scenario)
    {
        return System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, scenario.Id, ignoreCase: false);
    }
}
