// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// <c>print</c>: the rules as <c>start</c> would load them. <c>nft -f</c> takes them, any number of times. Needs no
/// privilege.
/// </summary>
internal sealed class PrintVerb(FirewallEnvironment environment)
{
    public ExitCode Run(ConfigurationRequest configuration)
    {
        if (ConfiguredRules.Read(configuration, environment) is not { } configured)
        {
            return ExitCode.BadConfiguration;
        }

        environment.Output.Write(configured.Ruleset.Script);
        return ExitCode.Done;
    }
}
