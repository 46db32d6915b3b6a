// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.IntegrationTests.Traffic;

/// <summary>Waits for what counters show, which raise no event.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Repeats an assertion until it holds.</summary>
    public static async Task HoldsAsync(Action assertion)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < Limit)
        {
            try
            {
                assertion();
                return;
            }
            catch (AssertionException)
            {
                await timer.WaitForNextTickAsync();
            }
        }

        assertion();
    }
}
