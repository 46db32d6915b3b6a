// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary><c>check</c>: reads the configuration and says what is wrong with it. Needs no privilege.</summary>
internal sealed class CheckVerb(FirewallEnvironment environment)
{
    public ExitCode Run(ConfigurationRequest configuration)
    {
        if (ConfiguredRules.Read(configuration with { LookUp = environment.LookUp }, environment) is not { } configured)
        {
            return ExitCode.BadConfiguration;
        }

        var files = configured.Files.Count == 0 ? "no file, the defaults hold" : string.Join(" ", configured.Files);
        environment.Ok($"The configuration is valid ({files}).");
        environment.Ok($"What may leave: {configured.Summary()}.");
        return ExitCode.Done;
    }
}
