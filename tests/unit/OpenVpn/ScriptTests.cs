// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using LeakVerifier.OpenVpn.Scripts;

namespace LeakVerifier.UnitTests.OpenVpn;

public sealed partial class ScriptTests
{
    [TestCase("wen tunnel-up do restart", "'wen' is unexpected; expected: when")]
    [TestCase("when", "ends too early; expected: an event")]
    [TestCase("when tunnel-down do restart", "'tunnel-down' is no event; one of: started, client-reset")]
    [TestCase("when tunnel-up restart", "'restart' is unexpected; expected: do")]
    [TestCase("when tunnel-up do", "ends too early; expected: an action")]
    [TestCase("when tunnel-up do explode", "'explode' is no action; one of: drop, pass")]
    [TestCase("when tunnel-up #0 do halt", "'#0' is no occurrence")]
    [TestCase("when every tunnel-up #2 do halt", "'#' cannot stand here")]
    [TestCase("when bytes do halt", "'do' is no such number; expected: a number from 1 to")]
    [TestCase("when every bytes 5 do halt", "so many bytes pass once")]
    [TestCase("when tunnel-up after 5 do halt", "'do' is no unit of time")]
    [TestCase("when tunnel-up after -5 ms do halt", "'-5' is no such number")]
    [TestCase("when tunnel-up after 3601 s do halt", "at most an hour")]
    [TestCase("when tunnel-up do drop up data", "'up' is no direction; expected: in, out or both")]
    [TestCase("when tunnel-up do drop in dta", "'dta' is no kind of packet")]
    [TestCase("when tunnel-up do drop in data above", "ends too early; expected: a number from 1 to 65535")]
    [TestCase("when tunnel-up do corrupt", "expected: a number from 1 to 1000000")]
    [TestCase("when tunnel-up do forget it", "'it' follows the action")]
    [TestCase("when tunnel-up do move nowhere", "'nowhere' is no address")]
    [TestCase("when tunnel-up do certificate good", "'good' is no certificate")]
    [TestCase("when tunnel-up do push", "ends too early; expected: add OPTION")]
    [TestCase("when tunnel-up do push add", "ends too early; expected: an option")]
    [TestCase("when tunnel-up do push add a,b", "a comma would end the option")]
    [TestCase("when tunnel-up do push replace a b", "'a b' is no replacement")]
    [TestCase("when tunnel-up do ping every", "expected: a number")]
    [TestCase("when tunnel-up do say", "ends too early; expected: a message")]
    [TestCase("when tunnel-up do say grüß", "not printable ASCII")]
    public void A_wrong_line_is_refused_with_its_number_and_its_mend(string line, string message)
    {
        var result = FaultScript.Parse("# a comment\n\nwhen started do heal\n" + line + "\nwhen started do heal\n");

        result.Script.Should().BeNull();
        result.Problems.Should().ContainSingle().Which.ToString().Should().StartWith("line 4: ").And.Contain(message);
    }

    [Test]
    public void Every_mistake_is_told_at_once()
    {
        var result = FaultScript.Parse("when x do halt\nwhen started do heal\nwhen started do y");

        result.Problems.Select(problem => problem.Line).Should().Equal(1, 3);
    }

    [Test]
    public void Every_word_is_documented_and_every_example_in_the_documentation_is_a_script()
    {
        var text = File.ReadAllText(Path.Combine(Repository(), "docs", "openvpn-scripts.md"));
        var examples = Example().Matches(text).Select(match => match.Groups[1].Value).ToArray();
        examples.Should().HaveCountGreaterThan(40);
        FaultScript.Parse(string.Join('\n', examples)).Problems.Should().BeEmpty();

        var used = examples.SelectMany(example => example.Split(' ')).ToHashSet();
        used.Should().Contain(RuleParser.EventWords).And.Contain(ActionParser.ActionWords);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "LeakVerifier.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("the tests run within the repository");
        }

        return folder.FullName;
    }

    [GeneratedRegex("`(when [^`]+)`")]
    private static partial Regex Example();
}
