// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.Firewall.Confirming;

/// <summary>CLOCK_MONOTONIC: the same in every process until the machine is switched off.</summary>
internal static class MonotonicClock
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Nanoseconds since some moment of the past.</summary>
    public static long Now => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / NanosecondsPerSecond);

    /// <summary>The moment so many seconds from now.</summary>
    public static long In(int seconds) => Now + (seconds * NanosecondsPerSecond);

    /// <summary>Whole seconds until a moment, at least 0.</summary>
    public static int SecondsUntil(long moment)
    {
        return (int)Math.Max(0, (moment - Now + NanosecondsPerSecond - 1) / NanosecondsPerSecond);
    }
}
