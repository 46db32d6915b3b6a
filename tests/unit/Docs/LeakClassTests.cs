// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.UnitTests.Firewall;

namespace LeakVerifier.UnitTests.Docs;

/// <summary>
/// docs/leak-classes.md against the scenarios: its last column names exactly those that list a class. Parts of a cell are
/// divided by ";"; in a part, what follows "but" is taken away, and "must leak" chooses by the probes that it names.
/// </summary>
public sealed partial class LeakClassTests
{
    private static readonly string Page =
        File.ReadAllText(Path.GetFullPath(Path.Combine(GoldenRulesets.Folder, "../../../../docs/leak-classes.md")));

    private static IEnumerable<int> Classes => Rows().Select(row => row.Class);

    [Test]
    public void Classes_are_numbered_without_a_gap_and_scenarios_list_no_others()
    {
        Classes.Order().Should().Equal(Enumerable.Range(1, Classes.Count()));
        ScenarioCatalogue.All.SelectMany(scenario => scenario.LeakClasses).Should().BeSubsetOf(Classes);
    }

    [TestCaseSource(nameof(Classes))]
    public void The_page_names_exactly_the_scenarios_that_list_the_class(int number)
    {
        var cell = Rows().Single(row => row.Class == number).ShownBy;

        var named = cell.Split(';').SelectMany(Named).Select(scenario => scenario.Id).Distinct();

        named.Should().BeEquivalentTo(
            ScenarioCatalogue.All.Where(scenario => scenario.LeakClasses.Contains(number)).Select(scenario => scenario.Id));
    }

    [TestCaseSource(nameof(Classes))]
    public void What_the_page_names_is_a_scenario_or_a_probe_that_must_leak(int number)
    {
        var cell = Rows().Single(row => row.Class == number).ShownBy;

        Quoted(cell).Where(name => !ScenarioCatalogue.All.Any(scenario => IsNamed(scenario, name) || MustLeak(scenario, name)))
            .Should().BeEmpty();
    }

    private static IEnumerable<Scenario> Named(string part)
    {
        var (with, without) = part.IndexOf(" but `", StringComparison.Ordinal) is > 0 and var but
            ? (part[..but], Excepted().Match(part[but..]).Value)
            : (part, "");
        IEnumerable<Scenario> chosen = part switch
        {
            _ when !with.Contains("every scenario", StringComparison.Ordinal) =>
                ScenarioCatalogue.All.Where(scenario => Quoted(with + part[(with.Length + without.Length)..]).Any(name => IsNamed(scenario, name))),
            _ when part.Contains("must leak", StringComparison.Ordinal) =>
                ScenarioCatalogue.All.Where(scenario => Quoted(part).Any(name => MustLeak(scenario, name))),
            _ => ScenarioCatalogue.All,
        };
        return chosen.Where(scenario => !Quoted(without).Any(name => IsNamed(scenario, name)));
    }

    private static bool IsNamed(Scenario scenario, string name)
    {
        return Matches(name, scenario.Id) || Matches(name, Beginning().Replace(scenario.Id, ""));
    }

    private static bool MustLeak(Scenario scenario, string probe)
    {
        return scenario.MustLeak.Any(name => Matches(probe, Family().Replace(name, "")));
    }

    private static bool Matches(string pattern, string name)
    {
        return System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
    }

    private static IEnumerable<string> Quoted(string text) => InQuotes().Matches(text).Select(match => match.Groups[1].Value);

    private static IEnumerable<(int Class, string ShownBy)> Rows()
    {
        return Row().Matches(Page).Select(row => (int.Parse(row.Groups[1].Value), row.Groups[2].Value));
    }

    [GeneratedRegex(@"^\| ([0-9]+) \| .* \| ([^|]*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex InQuotes();

    [GeneratedRegex("^ but (`[^`]+`(, (?!and))?)+")]
    private static partial Regex Excepted();

    [GeneratedRegex("^(apps-|gateway-)?(oob-|openvpn-real-|openvpn-)?")]
    private static partial Regex Beginning();

    [GeneratedRegex("-v[46]$")]
    private static partial Regex Family();
}
