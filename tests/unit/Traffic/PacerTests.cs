// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.UnitTests.Traffic;

public sealed class PacerTests
{
    [Test]
    public async Task Each_member_steps_once_when_it_joins_and_then_at_its_interval()
    {
        var time = new ManualTime();
        var ticks = new TickCounter();
        await using var pacer = new Pacer(ticks.RunAsync, Pacer.ProbeTick, time);
        var everyTick = new Member(1);
        var everyFourth = new Member(4);
        await pacer.AddAsync(everyTick);
        await pacer.AddAsync(everyFourth);

        for (var i = 0; i < 8; i++)
        {
            await ticks.OneMoreAsync(time.Fire);
        }

        everyTick.Steps.Should().Be(1 + 8);
        everyFourth.Steps.Should().Be(1 + 2);
    }

    [Test]
    public async Task Members_of_the_same_interval_do_not_all_step_in_the_same_tick()
    {
        var time = new ManualTime();
        var ticks = new TickCounter();
        await using var pacer = new Pacer(ticks.RunAsync, Pacer.ProbeTick, time);
        var members = new[] { new Member(2), new Member(2) };
        await pacer.AddAsync(members[0]);
        await pacer.AddAsync(members[1]);

        await ticks.OneMoreAsync(time.Fire);

        members.Sum(m => m.Steps).Should().Be(2 + 1);
    }

    [Test]
    public async Task A_member_that_was_removed_is_closed_and_steps_no_more()
    {
        var time = new ManualTime();
        var ticks = new TickCounter();
        await using var pacer = new Pacer(ticks.RunAsync, Pacer.ProbeTick, time);
        var staying = new Member(1);
        var leaving = new Member(1);
        await pacer.AddAsync(staying);
        await pacer.AddAsync(leaving);

        await pacer.RemoveAsync(leaving);
        await ticks.OneMoreAsync(time.Fire);

        leaving.Should().BeEquivalentTo(new { Steps = 1, IsClosed = true });
        staying.Should().BeEquivalentTo(new { Steps = 2, IsClosed = false });
    }

    private sealed class Member(int intervalTicks) : IPaced
    {
        public int IntervalTicks => intervalTicks;

        public int Steps { get; private set; }

        public bool IsClosed { get; private set; }

        public void TakeStep()
        {
            Steps++;
        }

        public void Close()
        {
            IsClosed = true;
        }
    }

    /// <summary>Stands for the thread of a user, and tells when a tick's work is done.</summary>
    private sealed class TickCounter
    {
        private TaskCompletionSource _done = new();

        public Task RunAsync(Action work)
        {
            work();
            _done.TrySetResult();
            return Task.CompletedTask;
        }

        public async Task OneMoreAsync(Action fire)
        {
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            fire();
            await _done.Task.WaitAsync(TimeSpan.FromSeconds(5));
        }
    }
}
