// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Rules;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Watching;

/// <summary>
/// A policy in the words of a configuration, for a watch: the files that a verb read may be others a moment later.
/// </summary>
public static class PolicyText
{
    /// <summary>Writes it.</summary>
    /// <returns>Null when what would be read is not the same.</returns>
    public static string? Write(EgressPolicy policy)
    {
        var text = string.Concat(Values(policy)
            .Where(pair => !string.IsNullOrEmpty(pair.Value))
            .Select(pair => $"{pair.Key}='{pair.Value}'\n"));
        return Read(text) is { } read && IsSame(read, policy) ? text : null;
    }

    /// <summary>Reads it.</summary>
    /// <returns>Null when it is none.</returns>
    public static EgressPolicy? Read(string text) => ConfigurationFiles.Parse("policy", text).Policy;

    private static (string Key, string? Value)[] Values(EgressPolicy policy) =>
    [
        (ConfigurationKeys.VpnInterface, policy.TunnelInterface.ToString()),
        (ConfigurationKeys.VpnInterfaceKind, policy.TunnelInterfaceKind),
        (ConfigurationKeys.TunnelUser, policy.Identity.Uid?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        (ConfigurationKeys.TunnelMark, policy.Identity.Mark?.ToString()),
        (ConfigurationKeys.TunnelCgroup, policy.Identity.Cgroup),
        (ConfigurationKeys.VpnServers, Words(policy.Servers)),
        (ConfigurationKeys.LocalNet, Words(policy.LocalNetworks)),
        (ConfigurationKeys.LocalDns, Words(policy.LocalDns)),
        (ConfigurationKeys.SshFrom, Words(policy.Management)),
        (ConfigurationKeys.Dhcp, Word(policy.AllowDhcp)),
        (ConfigurationKeys.Eapol, Word(policy.AllowEapol)),
        (ConfigurationKeys.Forwarding, Word(policy.Forwarding)),
        (ConfigurationKeys.InternalInterface, Words(policy.InternalInterfaces)),
        (ConfigurationKeys.ClientDns, Words(policy.ClientDns)),
        (ConfigurationKeys.Log, Word(policy.LogRefused)),
    ];

    private static string Words<T>(IEnumerable<T> values) => string.Join(' ', values);

    private static string Word(bool value) => value ? "true" : "false";

    private static bool IsSame(EgressPolicy one, EgressPolicy other)
    {
        var (first, second) = (RulesetCompiler.Compile(one), RulesetCompiler.Compile(other));
        return first.Listing == second.Listing && first.Frames.Listing == second.Frames.Listing;
    }
}
