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
    public ExitCode Run(ConfigurationRequest configuration, string? backend)
    {
        if (ConfiguredRules.Read(configuration, environment) is not { } configured)
        {
            return ExitCode.BadConfiguration;
        }

        environment.Output.Write(backend == IptablesBackend.BackendName
            ? IptablesCompiler.Compile(configured.Policy).ToText()
            : RulesetCompiler.Compile(configured.Policy).Script);
        return ExitCode.Done;
    }
}
