// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;
using LeakVerifier.Policy.Endpoints;

namespace LeakVerifier.Firewall.Commands;

/// <summary>The configuration and the policy that it asks for.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Files">The files that were read.</param>
/// <param name="Hosts">The host names that they have, and the addresses that stand for them.</param>
internal sealed record ConfiguredRules(EgressPolicy Policy, IReadOnlyList<string> Files, ImmutableArray<PinnedHost> Hosts)
{
    /// <summary>Reads the configuration, saying all that is wrong with it.</summary>
    /// <returns>Null when it has errors.</returns>
    public static ConfiguredRules? Read(ConfigurationRequest request, FirewallEnvironment environment)
    {
        var result = ConfigurationFiles.Read(request with { PinsPath = environment.PinsPath });
        foreach (var warning in result.Warnings)
        {
            environment.Warn(warning.ToString());
        }

        foreach (var error in result.Errors)
        {
            environment.Fail(error.ToString());
        }

        return result.Policy is { } policy
            ? new ConfiguredRules(policy, result.Files, result.Hosts)
            : null;
    }

    /// <summary>Shows what stands for each host name, and writes down what was looked up for it.</summary>
    public void PinHosts(FirewallEnvironment environment)
    {
        foreach (var host in Hosts)
        {
            var since = host.IsFresh ? "looked up now, and pinned" : "pinned before";
            environment.Ok($"{host.Name} is {string.Join(' ', host.Addresses)} ({since}).");
        }

        try
        {
            if (Hosts.Any(host => host.IsFresh))
            {
                PinnedHosts.Write(environment.PinsPath, Hosts);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            environment.Warn($"the addresses could not be pinned, so the next command does not know them: {exception.Message}");
        }
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
