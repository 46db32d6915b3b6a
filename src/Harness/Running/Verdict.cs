// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Running;

/// <summary>The answer to a scenario's question.</summary>
public enum Verdict
{
    /// <summary>Nothing outside the policy left, and every condition holds that makes this a proof (<see cref="VerdictRules"/>).</summary>
    Sealed,

    /// <summary>A frame outside the policy left.</summary>
    Leak,

    /// <summary>A condition does not hold, so nothing is said.</summary>
    Inconclusive,

    /// <summary>The scenario did not run.</summary>
    Skipped,
}

/// <summary>The names of verdicts in reports.</summary>
public static class Verdicts
{
    /// <summary><c>sealed</c>, <c>leak</c>, <c>inconclusive</c> or <c>skipped</c>.</summary>
    public static string Keyword(this Verdict verdict) => verdict switch
    {
        Verdict.Sealed => "sealed",
        Verdict.Leak => "leak",
        Verdict.Inconclusive => "inconclusive",
        Verdict.Skipped => "skipped",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "not a verdict"),
    };

    /// <summary>
    /// The verdict on several: a leak beats all, what is inconclusive or skipped is never green, and nothing at all is
    /// inconclusive.
    /// </summary>
    public static Verdict Worst(IReadOnlyCollection<Verdict> verdicts)
    {
        if (verdicts.Contains(Verdict.Leak))
        {
            return Verdict.Leak;
        }

        return verdicts.Count > 0 && verdicts.All(verdict => verdict == Verdict.Sealed) ? Verdict.Sealed : Verdict.Inconclusive;
    }
}
