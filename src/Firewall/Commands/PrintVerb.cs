// SPDX-License-Identifier: GPL-3.0-or-later

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

    public ExitCode Run(ConfigurationRequest configuration)
    {
        if (ConfiguredRules.Read(configuration, environment) is not { } configured)
        {
            return ExitCode.BadConfiguration;
        }

        environment.Output.Write(configured.Ruleset.Script);
        environment.Output.Write(SecondWallNote);
        foreach (var line in configured.Ruleset.Frames.Listing.TrimEnd().Split('\n'))
        {
            environment.Output.Write($"# {line}\n");
        }

        return ExitCode.Done;
    }
}
