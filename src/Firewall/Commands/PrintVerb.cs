// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Iptables;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// <c>print</c>: the rules as <c>start</c> would load them. <c>nft -f</c> takes them, any number of times. Needs no
/// privilege.
/// </summary>
internal sealed class PrintVerb(FirewallEnvironment environment)
{
    private const string SecondWallNote = """

        # The second wall, which 'vpn-firewall start' loads too, for the frames of the interfaces that there are then, which
        # this script does not know. Its rules:

        """;

    public ExitCode Run(ConfigurationRequest configuration, string? backend)
    {
        if (ConfiguredRules.Read(configuration, environment) is not { } configured)
        {
            return ExitCode.BadConfiguration;
        }

        environment.Answer(backend == IptablesBackend.BackendName
            ? IptablesCompiler.Compile(configured.Policy).ToText()
            : Both(RulesetCompiler.Compile(configured.Policy)));
        return ExitCode.Done;
    }

    private static string Both(Ruleset ruleset)
    {
        var second = ruleset.Frames.Listing.TrimEnd().Split('\n').Select(line => $"# {line}\n");
        return ruleset.Script + SecondWallNote + string.Concat(second);
    }
}
