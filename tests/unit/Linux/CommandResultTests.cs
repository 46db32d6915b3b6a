// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.UnitTests.Linux;

public sealed class CommandResultTests
{
    [TestCase("", "exit code 3")]
    [TestCase("\n \n", "exit code 3")]
    [TestCase("first\nlast\n\n", "exit code 3: last")]
    [TestCase("  Error: no such table \r\n", "exit code 3: Error: no such table")]
    [TestCase("failed\n\u001b[0m\u0001\n", "exit code 3: [0m")]
    [TestCase("\u001b]0;title\u0007Zurück\n", "exit code 3: ]0;titleZurück")]
    public void The_ending_has_the_last_line_that_shows_anything_without_control_characters(string output, string ending)
    {
        new CommandResult("up", 3, output).Ending.Should().Be(ending);
    }

    [TestCase(
        "/dev/stdin:2:43-57: Error: invalid priority\n  chain out { type nat hook output priority dstnat; }\n            ^^^^^^  ~~~\n",
        "exit code 3: /dev/stdin:2:43-57: Error: invalid priority")]
    [TestCase("^^^\n", "exit code 3: ^^^")]
    [TestCase("Cannot find device \"eth0\"\nCommand failed -:1\n", "exit code 3: Cannot find device \"eth0\"")]
    [TestCase("Command failed -:1\n", "exit code 3: Command failed -:1")]
    public void What_is_wrong_is_said_and_not_where(string output, string ending)
    {
        new CommandResult("up", 3, output).Ending.Should().Be(ending);
    }

    [Test]
    public void A_line_without_end_is_cut()
    {
        new CommandResult("up", 3, new string('x', 60_000)).Ending.Should().Be($"exit code 3: {new string('x', 500)}…");
        new CommandResult("up", 3, new string('x', 500)).Ending.Should().Be($"exit code 3: {new string('x', 500)}");
    }

    [Test]
    public void A_failure_says_the_exit_code_once()
    {
        new CommandFailedException(new CommandResult("ip -batch -", 129, "")).Message
            .Should().Be("running 'ip -batch -': exit code 129");
    }
}
