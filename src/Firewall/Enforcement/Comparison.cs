// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>How the rules that the kernel has relate to a ruleset.</summary>
public enum Likeness
{
    /// <summary>They are the ruleset, exactly.</summary>
    Same,

    /// <summary>The table is there, but something in it is different.</summary>
    Different,

    /// <summary>There is no table.</summary>
    Absent,

    /// <summary>It could not be found out.</summary>
    Unknown,
}

/// <summary>Result of comparing the kernel's rules with a ruleset.</summary>
/// <param name="Likeness">Whether they are the same.</param>
/// <param name="Differences">
/// For <see cref="Likeness.Different"/>: the first lines that only the kernel has (<c>+</c>) or only the ruleset
/// (<c>-</c>), at most <see cref="TextDifference.Limit"/>.
/// </param>
/// <param name="Reason">For <see cref="Likeness.Unknown"/>: why.</param>
public sealed record Comparison(Likeness Likeness, ImmutableArray<string> Differences, string? Reason = null)
{
    /// <summary>Interfaces that have the first wall alone, although this kernel has the second one.</summary>
    public ImmutableArray<string> HalfCovered { get; init; } = [];
}
