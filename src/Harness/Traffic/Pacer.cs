// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic;

/// <summary>
/// One timer for all probes of a user. Each tick runs on the user's thread the steps that are due, and a step does
/// nothing that waits, so a whole lab's traffic costs a handful of wake-ups. Steps are spread over the ticks. When the
/// machine is late, ticks are left out, never piled up.
/// </summary>
public sealed class Pacer : IAsyncDisposable
{
    private readonly Func<Action, Task> _runOnThread;
    private readonly PeriodicTimer _timer;
    private readonly List<(IPaced Paced, long Phase)> _members = [];
    private readonly Task _ticking;
    private long _tick;
    private long _joined;

    /// <param name="runOnThread">Runs a piece of work on the thread that all steps belong to.</param>
    /// <param name="tick">The time between two ticks.</param>
    /// <param name="timeProvider">The clock.</param>
    public Pacer(Func<Action, Task> runOnThread, TimeSpan tick, TimeProvider timeProvider)
    {
        _runOnThread = runOnThread;
        _timer = new PeriodicTimer(tick, timeProvider);
        _ticking = RunAsync();
    }

    /// <summary>The time between two ticks that the intervals of the probes are made for.</summary>
    public static TimeSpan ProbeTick { get; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Takes a member in; its first step is taken at once.</summary>
    public Task AddAsync(IPaced paced)
    {
        return _runOnThread(() =>
        {
            _members.Add((paced, _joined++));
            paced.TakeStep();
        });
    }

    /// <summary>Lets a member go, if it is one, and closes it.</summary>
    public Task RemoveAsync(IPaced paced)
    {
        return _runOnThread(() =>
        {
            _members.RemoveAll(m => ReferenceEquals(m.Paced, paced));
            paced.Close();
        });
    }

    /// <summary>Ends the ticks. The members are not closed.</summary>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _ticking;
    }

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            await _runOnThread(TakeSteps);
        }
    }

    private void TakeSteps()
    {
        _tick++;
        foreach (var (paced, phase) in _members)
        {
            if ((_tick + phase) % paced.IntervalTicks == 0)
            {
                paced.TakeStep();
            }
        }
    }
}
