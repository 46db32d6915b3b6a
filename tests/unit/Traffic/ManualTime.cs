// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.UnitTests.Traffic;

/// <summary>A clock whose timers fire when a test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];

    /// <summary>Fires every timer that is not disposed, once, whatever its period.</summary>
    public void Fire()
    {
        _timers.Where(t => !t.IsDisposed).ToList().ForEach(t => t.Fire());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(() => callback(state));
        _timers.Add(timer);
        return timer;
    }

    private sealed class ManualTimer(Action fire) : ITimer
    {
        public bool IsDisposed { get; private set; }

        public void Fire()
        {
            fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            return !IsDisposed;
        }

        public void Dispose()
        {
            IsDisposed = true;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
