// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.UnitTests.Linux;

/// <summary>What a program writes becomes lines, however it comes in and whether it ends or not.</summary>
public sealed class LineCutterTests
{
    [TestCase("one|\ntwo\n", "one,two")]
    [TestCase("o|ne\r|\ntwo", "one,two")]
    [TestCase("10 %\r20 %\r\n\nend", "10 %,20 %,,end")]
    [TestCase("", "")]
    public void Lines_end_where_they_are_said_to(string blocks, string lines)
    {
        string.Join(',', Cut(blocks.Split('|'))).Should().Be(lines);
    }

    [Test]
    public void A_line_without_an_end_is_cut()
    {
        var zeros = new string('\0', 10_000);

        var lines = Cut(Enumerable.Repeat(zeros, 20));

        lines.Should().HaveCount(4).And.OnlyContain(line => line.Length <= LineCutter.Longest);
        lines.Sum(line => line.Length).Should().Be(200_000);
    }

    private static List<string> Cut(IEnumerable<string> blocks)
    {
        var lines = new List<string>();
        var cutter = new LineCutter(lines.Add);
        foreach (var block in blocks)
        {
            cutter.Add(block);
        }

        cutter.Finish();
        return lines;
    }
}
