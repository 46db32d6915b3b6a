// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.UnitTests.Traffic;

public sealed class ProbeMeterTests
{
    [Test]
    public void What_follows_the_fault_is_counted_apart()
    {
        var meter = new ProbeMeter();
        meter.CountAttempt();
        meter.CountReply(10);
        meter.Read().AttemptsSinceFault.Should().Be(0, "there was no fault yet");

        meter.MarkFault();
        meter.CountAttempt();
        meter.CountAttempt();
        meter.MarkFault();

        var counters = meter.Read();
        counters.Attempts.Should().Be(3);
        counters.AttemptsSinceFault.Should().Be(2);
        counters.Replies.Should().Be(1);
        counters.RepliesSinceFault.Should().Be(0);
    }

    [Test]
    public async Task A_wait_ends_when_so_many_bytes_were_transferred_and_not_before()
    {
        var meter = new ProbeMeter();
        var hundred = meter.WhenTransferredAsync(100, CancellationToken.None);
        var never = meter.WhenTransferredAsync(101, CancellationToken.None);

        meter.SetProgress(99, 0);
        hundred.IsCompleted.Should().BeFalse();
        meter.SetProgress(100, 0);

        await hundred;
        never.IsCompleted.Should().BeFalse();
        meter.WhenTransferredAsync(100, CancellationToken.None).IsCompletedSuccessfully.Should().BeTrue();
    }

    [Test]
    public void Errors_are_counted_by_their_name()
    {
        var meter = new ProbeMeter();
        meter.CountError(1);
        meter.CountError(1);
        meter.CountError(13);
        meter.CountError(4000);

        meter.Read().Errors.Should().Equal(
            new Dictionary<string, long> { ["EPERM"] = 2, ["EACCES"] = 1, ["errno 4000"] = 1 });
    }
}
