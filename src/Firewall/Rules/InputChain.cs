// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>What may come in: answers to what may leave, and what the tunnel brings.</summary>
internal static class InputChain
{
    /// <summary>Where the kernel calls the chain.</summary>
    public const string Hook = "type filter hook input priority filter; policy drop;";

    public static Chain Build(EgressPolicy policy)
    {
        return new Chain("input", Hook,
        [
            "iifname \"lo\" counter accept",
            .. Malformed(),
            .. TransportReplies(policy),
            "ct state invalid counter drop",
            $"{Match.FromTunnel(policy)}counter accept",
            .. TransportErrors(policy),
            .. Management(policy),
            .. LocalReplies(policy),
            .. DhcpReplies(policy),
            .. NeighbourDiscovery(policy),
            .. FinalVerdict.Drop("input", policy.LogRefused),
        ]);
    }

    /// <summary>
    /// Combinations of TCP flags that no connection has, the xmas and the null scan among them: the list of the
    /// original. (Fragments are put together before this chain, since rules here ask for the connection's state.)
    /// </summary>
    private static ImmutableArray<string> Malformed() =>
    [
        "tcp flags fin,syn,rst,ack / fin,syn,rst,ack counter drop",
        "tcp flags fin,syn / fin,syn counter drop",
        "tcp flags syn,rst / syn,rst counter drop",
        "tcp flags fin,syn,rst,psh,ack,urg / fin,syn,rst,psh,ack,urg counter drop",
        "tcp flags ! fin,syn,rst,psh,ack,urg counter drop",
    ];

    /// <summary>
    /// By address and port, not by connection state: nothing that happens to the connection table can cut the tunnel.
    /// What it answers is bound to the tunnel's user where it leaves.
    /// </summary>
    private static IEnumerable<string> TransportReplies(EgressPolicy policy)
    {
        return policy.Servers.Select(server =>
            $"{Match.Host("saddr", server.Address)}{Match.Transport(server, "sport")}counter accept");
    }

    /// <summary>
    /// Without them a path with a smaller MTU swallows the tunnel's large packets (RFC 1191, RFC 8201). Tracking may
    /// have begun in the middle of a flow with the server's packet, so either direction may be the original one.
    /// </summary>
    private static IEnumerable<string> TransportErrors(EgressPolicy policy)
    {
        if (policy.Servers.IsEmpty)
        {
            // As in the original: with no server listed, only the connection table tells the tunnel's replies.
            yield return "ct state established,related counter accept";
            yield break;
        }

        foreach (var address in policy.Servers.Select(server => server.Address).Distinct())
        {
            var about = Match.Host("daddr", address)
                + (Match.IsIPv6(address) ? Match.Icmpv6Error : Match.IcmpError);
            yield return $"ct state related ct original {about}counter accept";
            yield return $"ct state related ct reply {about}counter accept";
        }
    }

    private static IEnumerable<string> Management(EgressPolicy policy)
    {
        return policy.Management.Select(access => Match.From(access.Interface)
            + Match.Network("saddr", access.Network)
            + string.Create(CultureInfo.InvariantCulture, $"tcp dport {access.Port} counter accept"));
    }

    private static IEnumerable<string> LocalReplies(EgressPolicy policy)
    {
        foreach (var local in policy.LocalNetworks)
        {
            yield return Match.From(local.Interface) + Match.Network("saddr", local.Network)
                + "ct state established,related counter accept";
        }

        foreach (var resolver in policy.LocalDns.Where(address => !IsInLocalNetwork(policy, address)))
        {
            var from = Match.Host("saddr", resolver);
            yield return $"{from}udp sport {Match.DnsPorts}ct state established counter accept";
            yield return $"{from}tcp sport {Match.DnsPorts}ct state established counter accept";
        }
    }

    private static bool IsInLocalNetwork(EgressPolicy policy, IPAddress address)
    {
        return policy.LocalNetworks.Any(local => local.Network.Contains(address));
    }

    private static ImmutableArray<string> DhcpReplies(EgressPolicy policy)
    {
        return policy.AllowDhcp
            ?
            [
                "meta nfproto ipv4 udp sport 67 udp dport 68 counter accept",
                "ip6 saddr fe80::/10 udp sport 547 udp dport 546 counter accept",
            ]
            : [];
    }

    /// <summary>Redirects are left out: they change routes.</summary>
    private static IEnumerable<string> NeighbourDiscovery(EgressPolicy policy)
    {
        if (policy.AllowNeighbourDiscovery)
        {
            yield return Match.FromThisLink
                + "icmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } "
                + "icmpv6 code no-route counter accept";
        }

        foreach (var client in policy.InternalInterfaces)
        {
            yield return $"iifname {Match.Name(client)}{Match.FromThisLink}{Match.Neighbours}counter accept";
        }
    }
}
