// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>What became of a ruleset that was to be loaded.</summary>
public enum LoadOutcome
{
    /// <summary>The kernel has it: read back and compared.</summary>
    InForce,

    /// <summary>The kernel took it, but it could not be read back or compared.</summary>
    Unverified,

    /// <summary>The kernel refused it; what was loaded before is still there.</summary>
    Refused,

    /// <summary>The kernel took it, but has something else.</summary>
    Differs,
}

/// <summary>Result of loading a ruleset.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why, where it is not in force.</param>
/// <param name="RuleCount">How many rules it has.</param>
public sealed record LoadResult(LoadOutcome Outcome, string Reason, int RuleCount = 0)
{
    /// <summary>What works worse than it could, and how to mend it.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>What the rules cover on this kernel, where they are in force.</summary>
    public WallCoverage Coverage { get; init; } = WallCoverage.None("nothing was loaded");

    /// <summary>What comparing the kernel's rules with those that it took tells.</summary>
    public static LoadResult Of(Comparison comparison) => comparison.Likeness switch
    {
        Likeness.Same => new LoadResult(LoadOutcome.InForce, ""),
        Likeness.Unknown => new LoadResult(LoadOutcome.Unverified, comparison.Reason ?? ""),
        Likeness.Absent => new LoadResult(LoadOutcome.Differs, "the rules are gone"),
        _ => new LoadResult(LoadOutcome.Differs, string.Join("\n", comparison.Differences)),
    };
}
