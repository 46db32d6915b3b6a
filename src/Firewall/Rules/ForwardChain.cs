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
            // What is not translated would enter the tunnel with the client's own address. A connection gets its translation
            // with its first packet (net/netfilter/nf_nat_core.c), so one from before these rules never gets it; and what
            // connection tracking does not follow at all gets none either.
            var intoTunnel = Match.IntoTunnel(policy, client);
            yield return $"{intoTunnel}ct direction original ct status confirmed / confirmed,snat {FinalVerdict.RejectSilently}";
            yield return intoTunnel + "ct state established,related,new counter accept";
            yield return FromTunnel(policy, client);
        }

        if (!policy.InternalInterfaces.IsEmpty)
        {
            // The stragglers of connections that are over. An answer could end one that is not, and they would fill the log.
            yield return "ct state invalid counter drop";
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
