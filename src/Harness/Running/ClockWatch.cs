// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Running;

/// <summary>
/// Holds the clock by which the kernel stamps frames against the one that nobody sets. Frames are judged by their time: where
/// the clock was set back meanwhile, what left afterwards passes for what left before.
/// </summary>
internal sealed class ClockWatch
{
    /// <summary>Both clocks are slewed alike, so that they differ only where one was set, or the machine slept.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly (TimeSpan Least, TimeSpan Most) _began;

    /// <summary>Begins to watch.</summary>
    /// <param name="time">Both clocks.</param>
    public ClockWatch(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _began = Difference();
    }

    /// <summary>Why times of frames say nothing; null: they do.</summary>
    public string? Problem()
    {
        var now = Difference();
        var set = now.Least > _began.Most ? now.Least - _began.Most : now.Most < _began.Least ? now.Most - _began.Least : default;
        return set.Duration() <= Tolerance
            ? null
            : $"the machine's clock was set by {set.TotalSeconds:+0.###;-0.###} s meanwhile, so that the times of frames say nothing";
    }

    /// <summary>By how much they differ. Whatever runs between two questions, it lies between these two.</summary>
    private (TimeSpan Least, TimeSpan Most) Difference()
    {
        var before = _time.GetElapsedTime(_origin);
        var set = TimeSpan.FromTicks(UnixTime.Now(_time) / TimeSpan.NanosecondsPerTick);
        return (set - _time.GetElapsedTime(_origin), set - before);
    }
}
