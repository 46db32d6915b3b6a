// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.IntegrationTests.Traffic;

/// <summary>Waits for what counters show, which raise no event.</summary>
internal static class Eventually
{
    /// <summary>After this it will not come any more, also on a busy machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Repeats an assertion until it holds.</summary>
    public static Task HoldsAsync(Action assertion)
    {
        return HoldsAsync(() =>
        {
            assertion();
            return Task.CompletedTask;
        });
    }

    /// <summary>Repeats an assertion that asks for something until it holds.</summary>
    public static async Task HoldsAsync(Func<Task> assertion)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < Limit)
        {
            try
            {
                await assertion();
                return;
            }
            catch (AssertionException)
            {
                await timer.WaitForNextTickAsync();
            }
        }

        await assertion();
    }
}
