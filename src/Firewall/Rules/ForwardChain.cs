// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>What may pass through: on a gateway, between its clients and the tunnel; otherwise nothing.</summary>
internal static class ForwardChain
{
    /// <summary>Where the kernel calls the chain.</summary>
    public const string Hook = "type filter hook forward priority filter; policy drop;";

    public static Chain Build(EgressPolicy policy)
    {
        return new Chain("forward", Hook, [.. Clients(policy), .. FinalVerdict.Reject("forward", policy.LogRefused)]);
    }

    private static IEnumerable<string> Clients(EgressPolicy policy)
    {
        foreach (var client in policy.InternalInterfaces)
        {
            yield return $"iifname {Match.Name(client)}{Match.ToTunnel(policy)}counter accept";
            yield return FromTunnel(policy, client);
        }
    }

    /// <summary>
    /// Answers from the tunnel to a client. Connection state may be asked here, because both interfaces are named and
    /// neither is physical.
    /// </summary>
    internal static string FromTunnel(EgressPolicy policy, InterfacePattern client)
    {
        return $"{Match.FromTunnel(policy)}oifname {Match.Name(client)}ct state established,related counter accept";
    }
}
