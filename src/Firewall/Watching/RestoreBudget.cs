// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Watching;

/// <summary>
/// How often rules are restored: at once, ten times; then once a second, so that two programs that undo each other do
/// not take the whole machine. The owned copies hold meanwhile.
/// </summary>
public sealed class RestoreBudget(TimeProvider time)
{
    private const int Burst = 10;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private TimeSpan _used;
    private long _last = time.GetTimestamp();

    /// <summary>Whether the last turn was the first one after a quiet time.</summary>
    public bool WasQuiet => _used == Pace;

    /// <summary>Takes one turn.</summary>
    /// <returns>Zero: now. Otherwise how long to wait before asking again.</returns>
    public TimeSpan Take()
    {
        var now = time.GetTimestamp();
        var recovered = time.GetElapsedTime(_last, now);
        _last = now;
        _used = _used > recovered ? _used - recovered : TimeSpan.Zero;
        var excess = _used + Pace - (Burst * Pace);
        if (excess > TimeSpan.Zero)
        {
            return excess;
        }

        _used += Pace;
        return TimeSpan.Zero;
    }
}
