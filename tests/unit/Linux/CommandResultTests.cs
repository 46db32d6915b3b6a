// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.UnitTests.Linux;

public sealed class CommandResultTests
{
    [TestCase("", "exit code 3")]
    [TestCase("\n \n", "exit code 3")]
    [TestCase("first\nlast\n\n", "last")]
    [TestCase("  Error: no such table \r\n", "Error: no such table")]
    [TestCase("failed\n\u001b[0m\u0001\n", "[0m")]
    [TestCase("\u001b]0;title\u0007Zurück\n", "]0;titleZurück")]
    public void The_summary_is_the_last_line_that_shows_anything_without_control_characters(string output, string summary)
    {
        new CommandResult("up", 3, output).Summary.Should().Be(summary);
    }
}
