// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Server;

/// <summary>
/// The server's clock and its one alarm. Nothing polls: the alarm is set to the earliest moment at which anything is
/// due. Guarded by the server's lock but for <see cref="Now"/>.
/// </summary>
internal sealed class Agenda : IDisposable
{
    // An alarm is never due for ever; without anything to do it rings once an hour.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _alarm;
    private TimeSpan _due = TimeSpan.MaxValue;

    /// <param name="time">The source of time.</param>
    /// <param name="ring">Is called without the lock when something is due.</param>
    public Agenda(TimeProvider time, Action ring)
    {
        _time = time;
        _start = time.GetTimestamp();
        _alarm = time.CreateTimer(_ => ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Time since the server was made; never goes back.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>The wall clock.</summary>
    public DateTimeOffset WallTime => _time.GetUtcNow();

    /// <summary>Makes sure that the alarm rings at this time or before.</summary>
    public void Schedule(TimeSpan due)
    {
        if (due >= _due)
        {
            return;
        }

        _due = due;
        var pause = due - Now;
        pause = pause < TimeSpan.Zero ? TimeSpan.Zero : pause > LongestSleep ? LongestSleep : pause;
        // Timers count whole milliseconds: rounded up, otherwise the alarm would ring just before its time and again.
        _alarm.Change(TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Forgets the alarm that has rung; what is still due is scheduled anew.</summary>
    public void Rung() => _due = TimeSpan.MaxValue;

    public void Dispose() => _alarm.Dispose();
}
