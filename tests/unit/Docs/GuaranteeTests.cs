// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.UnitTests.Firewall;

namespace LeakVerifier.UnitTests.Docs;

/// <summary>What docs/guarantees.md, docs/parity.md and docs/comparison.md name as shown is in the tree.</summary>
public sealed partial class GuaranteeTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(GoldenRulesets.Folder, "../../../.."));

    private static IEnumerable<string> Documents => ["guarantees.md", "parity.md", "comparison.md"];

    [TestCaseSource(nameof(Documents))]
    public void Every_test_that_is_named_exists(string document)
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .GroupBy(file => Path.GetFileNameWithoutExtension(file))
            .ToDictionary(files => files.Key, files => string.Concat(files.Select(File.ReadAllText)));

        var named = Test().Matches(Text(document)).ToList();

        named.Should().HaveCountGreaterThan(5);
        foreach (var test in named)
        {
            sources.Should().ContainKey(test.Groups[1].Value);
            sources[test.Groups[1].Value].Should().Contain(test.Groups[2].Success ? $" {test.Groups[2].Value}(" : "[Test");
        }
    }

    [TestCaseSource(nameof(Documents))]
    public void Every_scenario_that_is_named_exists(string document)
    {
        var known = ScenarioCatalogue.All.Select(scenario => scenario.Id).ToHashSet();

        Scenario().Matches(Text(document)).Should().OnlyContain(match => known.Contains(match.Groups[1].Value));
    }

    [Test]
    public void Every_guarantee_that_is_referred_to_is_there_and_shown_by_something()
    {
        var text = Text("guarantees.md");
        var rows = Row().Matches(text).ToDictionary(row => row.Groups[1].Value, row => row.Value);

        Reference().Matches(text).Should().OnlyContain(reference => rows.ContainsKey(reference.Value));
        rows.Where(row => row.Key.StartsWith('G')).Should().OnlyContain(row => row.Value.Contains("Tests", StringComparison.Ordinal));
    }

    private static string Text(string document) => File.ReadAllText(Path.Combine(Root, "docs", document));

    [GeneratedRegex(@"`(\w+Tests)(?:\.(\w+))?`")]
    private static partial Regex Test();

    [GeneratedRegex("`((?:oob|openvpn|gateway|apps)-[a-z0-9-]+)`")]
    private static partial Regex Scenario();

    [GeneratedRegex("[GN]-[0-9]{2}")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^\| ([GN]-[0-9]{2}) \|.*$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
