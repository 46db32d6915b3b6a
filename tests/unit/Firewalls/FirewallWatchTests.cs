// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Firewalls;

namespace LeakVerifier.UnitTests.Firewalls;

/// <summary>A watch says in so many words that it watches, or it does not.</summary>
public sealed class FirewallWatchTests
{
    [TestCase("READY=1", true)]
    [TestCase("  READY=1 ", true)]
    [TestCase("OK: The rules are watched over; the copies belong to this process.", true)]
    [TestCase("cannot watch", false)]
    [TestCase("error: the rules are not watched over", false)]
    [TestCase("table inet example_watch", false)]
    [TestCase("not READY=1", false)]
    [TestCase("READY=10", false)]
    [TestCase("", false)]
    public void It_is_ready_when_a_line_says_so_and_nothing_else(string line, bool isReady)
    {
        FirewallWatch.IsReady(line).Should().Be(isReady);
    }
}
