// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Rules;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary>The configuration and the rules that it asks for.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Ruleset">The rules that enforce it.</param>
/// <param name="Files">The files that were read.</param>
internal sealed record ConfiguredRules(EgressPolicy Policy, Ruleset Ruleset, IReadOnlyList<string> Files)
{
    /// <summary>Reads the configuration, saying all that is wrong with it.</summary>
    /// <returns>Null when it has errors.</returns>
    public static ConfiguredRules? Read(string? path, FirewallEnvironment environment)
    {
        var result = ConfigurationFiles.Read(path);
        foreach (var warning in result.Warnings)
        {
            environment.Warn(warning.ToString());
        }

        foreach (var error in result.Errors)
        {
            environment.Fail(error.ToString());
        }

        return result.Policy is { } policy
            ? new ConfiguredRules(policy, RulesetCompiler.Compile(policy), result.Files)
            : null;
    }

    /// <summary>What may leave, in one line for a person.</summary>
    public string Summary()
    {
        var servers = Policy.Servers.IsEmpty ? "any address" : string.Join(" ", Policy.Servers);
        var user = $"{Policy.Identity} to {servers}";
        var local = Policy.LocalNetworks.IsEmpty ? "" : $"; local networks {string.Join(" ", Policy.LocalNetworks)}";
        var clients = Policy.Forwarding ? $"; clients of {string.Join(" ", Policy.InternalInterfaces)} through it" : "";
        return $"the tunnel {Policy.TunnelInterface}{clients}; {user}{local}";
    }
}
