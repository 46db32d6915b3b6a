// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Linux;

/// <summary>Time as the kernel stamps packets with it: CLOCK_REALTIME in nanoseconds since 1970.</summary>
public static class UnixTime
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Now.</summary>
    public static long Now(TimeProvider clock) => Of(clock.GetUtcNow());

    /// <summary>A moment, to 100 nanoseconds.</summary>
    public static long Of(DateTimeOffset time)
    {
        return (time - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick;
    }

    /// <summary>The same moment as a date, to 100 nanoseconds.</summary>
    public static DateTimeOffset ToDate(long unixNanoseconds)
    {
        return DateTimeOffset.UnixEpoch.AddTicks(unixNanoseconds / NanosecondsPerTick);
    }
}
