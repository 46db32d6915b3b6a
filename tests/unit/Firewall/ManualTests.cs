// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using LeakVerifier.Firewall.Commands;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary>The manual and the completions of the shells know what the program knows.</summary>
public sealed partial class ManualTests
{
    private static readonly string Packaging = Path.Combine(GoldenRulesets.Folder, "../../../../packaging");

    private static IEnumerable<string> Files =>
        ["man/vpn-firewall.8", "completions/vpn-firewall.bash", "completions/_vpn-firewall", "completions/vpn-firewall.fish"];

    [TestCaseSource(nameof(Files))]
    public void Every_verb_and_every_option_is_there(string file)
    {
        var text = File.ReadAllText(Path.Combine(Packaging, file)).Replace("Fl -", "--", StringComparison.Ordinal);
        var verbs = Verbs().ToList();

        verbs.Should().HaveCountGreaterThan(8);
        foreach (var word in verbs.Concat(verbs.SelectMany(Options)).Distinct())
        {
            // fish spells an option's name without its dashes.
            text.Should().MatchRegex($@"(?<![\w-])({Regex.Escape(word)}|-l {Regex.Escape(word.TrimStart('-'))})(?![\w-])");
        }
    }

    [Test]
    public void Every_key_is_in_the_manual()
    {
        var text = File.ReadAllText(Path.Combine(Packaging, "man/vpn-firewall.conf.5"));

        ConfigurationKeys.All.Should().OnlyContain(key => text.Contains($".It Ic {key}\n", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Verbs()
    {
        var commands = Help()[Help().IndexOf("Commands:", StringComparison.Ordinal)..];
        return Verb().Matches(commands).Select(match => match.Groups[1].Value);
    }

    private static IEnumerable<string> Options(string verb)
    {
        return Option().Matches(Help(verb)).Select(match => match.Value);
    }

    private static string Help(params string[] verb)
    {
        using var output = new StringWriter();
        FirewallCommandLine.Run([.. verb, "--help"], FirewallEnvironment.System with { Output = output, Error = TextWriter.Null });
        return output.ToString();
    }

    [GeneratedRegex(@"^  ([a-z]+)\b", RegexOptions.Multiline)]
    private static partial Regex Verb();

    [GeneratedRegex(@"(?<=\s)--[a-z]+")]
    private static partial Regex Option();
}
