// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>
/// The list of what may leave, written once: the output chain and the guard behind routing both jump here. What is not
/// accepted here returns to the caller's final verdict.
/// </summary>
/// <remarks>
/// No rule accepts a packet for nothing but belonging to an established flow. Connection tracking does not know interfaces, so such
/// a rule would let a flow that was opened inside the tunnel, or in the clear before the firewall, go on in the clear.
/// That is also why nothing flushes the connection table: no verdict on a leaving packet depends on it.
/// </remarks>
internal static class MayLeaveChain
{
    /// <summary>The chain's name.</summary>
    public const string Name = "may_leave";

    /// <summary>The name of the list that asks for no control group.</summary>
    public const string NameWithoutCgroup = "may_leave_routed";

    /// <summary>Link-local addresses, all nodes, all routers, solicited nodes (RFC 4291): none is routed.</summary>
    private const string OnLink = "fe80::/10, ff02::1-ff02::2, ff02::1:ff00:0/104";

    /// <summary>The list as the guard asks it; see <see cref="BuildAll"/>.</summary>
    public static string GuardName(EgressPolicy policy) => policy.Identity.Cgroup is null ? Name : NameWithoutCgroup;

    /// <summary>
    /// One chain, unless a control group is asked for: the kernel knows that of a socket in the output hook only
    /// (nft_socket_validate in net/netfilter/nft_socket.c), so that the guard's list does without.
    /// </summary>
    public static IEnumerable<Chain> BuildAll(EgressPolicy policy)
    {
        yield return Build(policy, Name, policy.Identity);
        if (policy.Identity.Cgroup is not null)
        {
            yield return Build(policy, GuardName(policy), policy.Identity with { Cgroup = null });
        }
    }

    private static Chain Build(EgressPolicy policy, string name, TunnelIdentity identity)
    {
        return new Chain(name, Hook: null,
        [
            "oifname \"lo\" counter accept",
            $"{Match.ToTunnel(policy)}counter accept",
            .. Undecidable(),
            .. Transport(policy, identity),
            .. Management(policy),
            .. LocalDns(policy),
            .. LocalNetworks(policy),
            .. Dhcp(policy),
            .. NeighbourDiscovery(policy),
            .. ToClients(policy),
        ]);
    }

    /// <summary>
    /// Packets that hide where they go or what they are. A later fragment has no ports, and payload is read in their place.
    /// Of IPv6 any fragment is one too many here, before the kernel makes them: of two such headers the first may say that it
    /// is none. Options and routing headers can name another destination than the address does.
    /// </summary>
    private static ImmutableArray<string> Undecidable() =>
    [
        "ip frag-off & 8191 != 0 counter return comment \"later fragments have no ports\"",
        "exthdr frag exists counter return comment \"later fragments have no ports\"",
        "ip hdrlength != 5 counter return comment \"options can route elsewhere\"",
        "exthdr rt exists counter return comment \"routing headers can route elsewhere\"",
    ];

    /// <summary>The tunnel's own process to its servers, and nobody else, not even root.</summary>
    private static IEnumerable<string> Transport(EgressPolicy policy, TunnelIdentity identity)
    {
        var sender = Match.Identity(identity);
        return policy.Servers.IsEmpty
            ? sender.Length == 0 ? [] : [sender + "counter accept"]
            : policy.Servers.Select(server =>
                $"{sender}{Match.Host("daddr", server.Address)}{Match.Transport(server, "dport")}counter accept");
    }

    /// <summary>
    /// Answers to those who may administer this machine. The connection's state may be asked here, since interface and
    /// network are named: it must have begun with a packet from there.
    /// </summary>
    private static IEnumerable<string> Management(EgressPolicy policy)
    {
        return policy.Management.Select(access =>
            Match.ManagementAnswer(access) + "ct direction reply ct state established counter accept");
    }

    internal static IEnumerable<string> LocalDns(EgressPolicy policy)
    {
        foreach (var resolver in policy.LocalDns)
        {
            foreach (var interfaceName in ResolverInterfaces(policy, resolver))
            {
                var to = Match.To(interfaceName) + Match.Host("daddr", resolver);
                yield return $"{to}udp dport {Match.DnsPorts}counter accept";
                yield return $"{to}tcp dport {Match.DnsPorts}counter accept";
            }
        }
    }

    /// <summary>The interfaces to which the local networks bind a resolver; one null: to none.</summary>
    private static IEnumerable<string?> ResolverInterfaces(EgressPolicy policy, IPAddress resolver)
    {
        return policy.LocalNetworks
            .Where(local => local.Network.Contains(resolver))
            .Select(local => local.Interface)
            .DefaultIfEmpty(null)
            .Distinct();
    }

    /// <summary>The local networks, but for DNS: what is looked up tells more than what is visited.</summary>
    internal static IEnumerable<string> LocalNetworks(EgressPolicy policy)
    {
        if (policy.LocalNetworks.IsEmpty)
        {
            yield break;
        }

        yield return $"udp dport {Match.DnsPorts}counter return";
        yield return $"tcp dport {Match.DnsPorts}counter return";
        foreach (var local in policy.LocalNetworks)
        {
            yield return $"{Match.To(local.Interface)}{Match.Network("daddr", local.Network)}{Match.PlainProtocols(local.Network)}counter accept";
        }
    }

    /// <summary>
    /// A client's broadcasts (RFC 2131) and multicasts (RFC 8415). The renewal that is sent to the server alone is
    /// refused; the client then broadcasts.
    /// </summary>
    internal static ImmutableArray<string> Dhcp(EgressPolicy policy)
    {
        return policy.AllowDhcp
            ?
            [
                "ip daddr 255.255.255.255 udp sport 68 udp dport 67 counter accept",
                "ip6 saddr fe80::/10 ip6 daddr ff02::1:2 udp sport 546 udp dport 547 counter accept",
            ]
            : [];
    }

    /// <summary>
    /// Towards the local networks nothing is needed here: they were accepted above. Those who may administer this machine were
    /// not.
    /// </summary>
    internal static IEnumerable<string> NeighbourDiscovery(EgressPolicy policy)
    {
        if (policy.AllowNeighbourDiscovery)
        {
            yield return $"{Match.FromThisLink}ip6 daddr {{ {OnLink} }} "
                + "icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } "
                + "icmpv6 code no-route counter accept";
        }

        // Who opens a connection asks from the address that it opens it from, and the answer goes there.
        var administrators =
            from access in policy.Management
            where Match.IsIPv6(access.Network.BaseAddress)
            select Match.To(access.Interface) + Match.FromThisLink + Match.Network("daddr", access.Network) + Match.Neighbours;
        foreach (var neighbours in administrators.Distinct())
        {
            yield return neighbours + "counter accept";
        }
    }

    /// <summary>
    /// What a gateway must tell its own clients: that a packet was refused or is too big for the tunnel, and where its
    /// IPv6 address is. Internal interfaces are not physical ones; still, nothing else goes there.
    /// </summary>
    private static IEnumerable<string> ToClients(EgressPolicy policy)
    {
        foreach (var client in policy.InternalInterfaces)
        {
            var to = $"oifname {Match.Name(client)}";
            yield return $"{to}{Match.IcmpError}counter accept";
            yield return $"{to}{Match.Icmpv6Error}counter accept";
            yield return $"{to}{Match.FromThisLink}{Match.Neighbours}counter accept";
        }
    }
}
