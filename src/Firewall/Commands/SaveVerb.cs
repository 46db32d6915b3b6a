// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Iptables;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// <c>save</c>: writes the configured rules to files that load at boot without this program, by <c>nft -f</c>, or by
/// <c>iptables-restore --noflush</c> and <c>ip6tables-restore --noflush</c>.
/// </summary>
internal sealed class SaveVerb(FirewallEnvironment environment)
{
    /// <summary>Where the files are by default.</summary>
    public const string DefaultFolder = "/var/lib/vpn-firewall";

    public ExitCode Run(ConfigurationRequest configuration, string? backend, string folder)
    {
        if (ConfiguredRules.Read(configuration, environment) is not { } configured)
        {
            return ExitCode.BadConfiguration;
        }

        try
        {
            foreach (var (name, text) in Files(configured, backend))
            {
                var path = Path.Combine(folder, name);
                DurableFile.Write(path, text);
                environment.Ok($"{path} is written.");
            }

            return ExitCode.Done;
        }
        catch (UnauthorizedAccessException exception)
        {
            environment.Fail($"{exception.Message} Run it as root (sudo), or give --to a folder that you may write to.");
            return ExitCode.NotPrivileged;
        }
        catch (IOException exception)
        {
            environment.Fail($"the rules could not be saved, and what was saved before stays: {exception.Message}");
            return ExitCode.PrerequisiteMissing;
        }
    }

    private static IEnumerable<(string Name, string Text)> Files(ConfiguredRules configured, string? backend)
    {
        if (backend != IptablesBackend.BackendName)
        {
            return [("rules.nft", RulesetCompiler.Compile(configured.Policy).Script)];
        }

        var ruleset = IptablesCompiler.Compile(configured.Policy);
        return [("rules.v6", ruleset.Script(IpFamily.IPv6)), ("rules.v4", ruleset.Script(IpFamily.IPv4))];
    }
}
