// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Running;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.UnitTests.Judging;

namespace LeakVerifier.UnitTests.Running;

public sealed class ClockWatchTests
{
    [TestCase(0, null)]
    [TestCase(0.015, null)]
    [TestCase(-0.015, null)]
    [TestCase(-2.5, "set by -2.5 s")]
    [TestCase(3600, "set by +3600 s")]
    public void A_clock_that_was_set_meanwhile_is_told(double seconds, string? problem)
    {
        var time = new SettableTime();
        var watch = new ClockWatch(time);

        time.Pass(TimeSpan.FromSeconds(30));
        time.Set(TimeSpan.FromSeconds(seconds));

        (watch.Problem() is null).Should().Be(problem is null);
        (watch.Problem() ?? "").StartsWith($"the machine's clock was {problem}", StringComparison.Ordinal).Should().Be(problem is not null);
    }

    [Test]
    public void A_pause_between_the_questions_is_no_setting_of_the_clock()
    {
        var time = new SettableTime { Pause = TimeSpan.FromMilliseconds(300) };
        var watch = new ClockWatch(time);
        time.Pause = TimeSpan.FromMilliseconds(700);

        watch.Problem().Should().BeNull();
    }

    [Test]
    public void A_run_in_which_the_clock_was_set_back_says_nothing()
    {
        var time = new SettableTime();
        var course = new RunCourse(ScenarioCatalogue.All[0], new Judge(JudgeBench.SamplePolicy, JudgeBench.Wire, new NoTransport(), new ProbeBook([])), other: null, time);
        course.OpenWindow();

        time.Set(TimeSpan.FromSeconds(-60));

        course.Evidence(null, [], null, null, null).Problem.Should().Contain("clock was set");
        course.Evidence("another", [], null, null, null).Problem.Should().Be("another");
    }

    /// <summary>A clock that can be set, beside one that cannot.</summary>
    private sealed class SettableTime : TimeProvider
    {
        private DateTimeOffset _date = DateTimeOffset.UnixEpoch.AddYears(56);
        private TimeSpan _steady = TimeSpan.FromHours(1);

        /// <summary>How long nobody runs after each question.</summary>
        public TimeSpan Pause { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow()
        {
            var now = _date;
            Pass(Pause);
            return now;
        }

        public override long GetTimestamp()
        {
            var now = _steady;
            Pass(Pause);
            return now.Ticks;
        }

        public void Pass(TimeSpan time)
        {
            _date += time;
            _steady += time;
        }

        public void Set(TimeSpan by) => _date += by;
    }
}
