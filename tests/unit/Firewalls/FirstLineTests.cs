// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Firewalls;

namespace LeakVerifier.UnitTests.Firewalls;

/// <summary>A script that does not start is told what its first line has to do with it.</summary>
public sealed class FirstLineTests
{
    private string _program = "";

    [SetUp]
    public void SetUp() => _program = Path.GetTempFileName();

    [TearDown]
    public void TearDown() => File.Delete(_program);

    [TestCase("#!/bin/sh\r\nexit 0\r\n", "; its lines end in CR LF, as on Windows: sed -i 's/\\r$//' {0}")]
    [TestCase("nft -f rules\n", "; its first line names no interpreter, such as #!/bin/sh")]
    [TestCase("", "; its first line names no interpreter, such as #!/bin/sh")]
    [TestCase("\ufeff#!/bin/sh\n", "; its first line names no interpreter, such as #!/bin/sh")]
    [TestCase("#! /nowhere/python3 -u\n", "; its first line names '/nowhere/python3', which is not there")]
    [TestCase("#!/bin/sh\n", "")]
    [TestCase("#! /bin/sh -e\n", "")]
    [TestCase("\u007fELF\u0002", "")]
    public void The_mend_of_a_first_line(string text, string hint)
    {
        File.WriteAllText(_program, text);

        FirstLine.Hint(_program).Should().Be(hint.Replace("{0}", _program, StringComparison.Ordinal));
    }

    [Test]
    public void A_program_that_cannot_be_read_has_no_hint()
    {
        FirstLine.Hint("/nowhere/up").Should().BeEmpty();
    }
}
