// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// <c>print</c>: the rules as <c>start</c> would load them. <c>nft -f</c> takes them, any number of times. Needs no
/// privilege.
/// </summary>
internal sealed class PrintVerb(FirewallEnvironment environment)
{
    private const string SecondWallNote = """

        # The second wall, which 'vpn-firewall start' loads too, for the frames of every interface, those that appear later
        # included. nft before 1.1.6 cannot say "every interface", so that it is not part of this script:

        """;

    public ExitCode Run(string? configuration)
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
