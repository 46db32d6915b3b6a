// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>How long a random test runs: a little, or LV_FUZZ_SECONDS, and at least LV_FUZZ_RULESETS.</summary>
internal static class FuzzTime
{
    /// <summary>Seeds from 1 on until the time is up; at least <paramref name="least"/> of them.</summary>
    public static IEnumerable<int> Seeds(int least, double seconds = 3)
    {
        var text = Environment.GetEnvironmentVariable("LV_FUZZ_SECONDS");
        var limit = double.TryParse(text, CultureInfo.InvariantCulture, out var asked) ? asked : seconds;
        var number = Environment.GetEnvironmentVariable("LV_FUZZ_RULESETS");
        least = int.TryParse(number, CultureInfo.InvariantCulture, out var rulesets) ? Math.Max(least, rulesets) : least;
        var watch = Stopwatch.StartNew();
        for (var seed = 1; seed <= least || watch.Elapsed.TotalSeconds < limit; seed++)
        {
            yield return seed;
        }
    }
}
