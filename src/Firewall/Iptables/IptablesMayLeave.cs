// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>
/// The list of what may leave, in one family. What it does not accept returns to the caller's final verdict.
/// </summary>
/// <remarks>
/// It is in the tables <c>filter</c> and <c>mangle</c>, because chains cannot be called across tables. As in the nft
/// backend no rule accepts a packet for belonging to an established flow.
/// </remarks>
internal static class IptablesMayLeave
{
    /// <summary>The chain's name.</summary>
    public const string Name = IptablesChain.Prefix + "may-leave";

    /// <summary>Link-local addresses, all nodes, all routers, solicited nodes (RFC 4291): none is routed.</summary>
    private static readonly string[] OnLink = ["fe80::/10", "ff02::1/128", "ff02::2/128", "ff02::1:ff00:0/104"];

    /// <summary>The list of the lockdown: loopback.</summary>
    public static IptablesChain Lockdown { get; } = new(Name, CalledFrom: null, ["-o lo -j ACCEPT"]);

    public static IptablesChain Build(EgressPolicy policy, IpFamily family)
    {
        return new IptablesChain(Name, CalledFrom: null,
        [
            "-o lo -j ACCEPT",
            $"-o {IptablesMatch.Name(policy.TunnelInterface)} -j ACCEPT",
            .. Undecidable(family),
            .. Transport(policy, family),
            .. LocalDns(policy, family),
            .. LocalNetworks(policy, family),
            .. Management(policy, family),
            .. Dhcp(policy, family),
            .. NeighbourDiscovery(policy, family),
            .. ToClients(policy, family),
        ]);
    }

    /// <summary>
    /// Packets that hide where they go or what they are: later fragments, options (a header of more than five words)
    /// and routing headers. ip6tables cannot tell a later fragment from the first; but only raw sockets send either
    /// here, since the kernel fragments behind its rules.
    /// </summary>
    private static string[] Undecidable(IpFamily family)
    {
        return family == IpFamily.IPv6
            ? ["-m frag -j RETURN", "-m rt -j RETURN"]
            : ["-f -j RETURN", "-m u32 --u32 \"0x0>>0x18&0xf=0x6:0xf\" -j RETURN"];
    }

    /// <summary>The tunnel's own process to its servers, and nobody else, not even root.</summary>
    private static IEnumerable<string> Transport(EgressPolicy policy, IpFamily family)
    {
        var sender = IptablesMatch.Identity(policy.Identity);
        return policy.Servers.IsEmpty
            ? [sender + "-j ACCEPT"]
            : policy.Servers.Where(server => server.Address.IsOf(family)).Select(server =>
                IptablesMatch.Host("-d", server.Address) + IptablesMatch.Protocol(server) + sender
                + IptablesMatch.Port(server, "--dport") + "-j ACCEPT");
    }

    private static IEnumerable<string> LocalDns(EgressPolicy policy, IpFamily family)
    {
        return
            from resolver in policy.LocalDns.Where(resolver => resolver.IsOf(family))
            from interfaceName in ResolverInterfaces(policy, resolver)
            from question in IptablesMatch.Dns("--dports")
            select IptablesMatch.Host("-d", resolver) + IptablesMatch.To(interfaceName) + question + "-j ACCEPT";
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
    private static IEnumerable<string> LocalNetworks(EgressPolicy policy, IpFamily family)
    {
        var networks = policy.LocalNetworks.Where(local => local.Network.BaseAddress.IsOf(family)).ToList();
        if (networks.Count == 0)
        {
            return [];
        }

        var allowed =
            from local in networks
            from protocol in IptablesMatch.PlainProtocols(family)
            select IptablesMatch.Network("-d", local.Network) + IptablesMatch.To(local.Interface) + protocol + "-j ACCEPT";
        return [.. IptablesMatch.Dns("--dports").Select(question => question + "-j RETURN"), .. allowed];
    }

    /// <summary>Answers of this machine's own services; a segment that opens a connection is none.</summary>
    private static IEnumerable<string> Management(EgressPolicy policy, IpFamily family)
    {
        return policy.Management.Where(access => access.Network.BaseAddress.IsOf(family)).Select(access =>
            IptablesMatch.Network("-d", access.Network) + IptablesMatch.To(access.Interface)
            + $"-p tcp -m tcp --sport {access.Port} ! --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT");
    }

    /// <summary>A client's broadcasts (RFC 2131) and multicasts (RFC 8415).</summary>
    private static string[] Dhcp(EgressPolicy policy, IpFamily family)
    {
        return (policy.AllowDhcp, family) switch
        {
            (false, _) => [],
            (_, IpFamily.IPv4) => ["-d 255.255.255.255/32 -p udp -m udp --sport 68 --dport 67 -j ACCEPT"],
            _ => ["-s fe80::/10 -d ff02::1:2/128 -p udp -m udp --sport 546 --dport 547 -j ACCEPT"],
        };
    }

    private static IEnumerable<string> NeighbourDiscovery(EgressPolicy policy, IpFamily family)
    {
        if (!policy.AllowNeighbourDiscovery || family != IpFamily.IPv6)
        {
            return [];
        }

        var onLink =
            from target in OnLink
            from message in IptablesMatch.Discovery(133, 135, 136)
            select $"-d {target} {message}-j ACCEPT";

        // Who opens a connection asks from the address that it opens it from, and the answer goes there.
        var administrators =
            from access in policy.Management
            where access.Network.BaseAddress.IsOf(family)
            from message in IptablesMatch.Discovery(135, 136)
            select IptablesMatch.Network("-d", access.Network) + IptablesMatch.To(access.Interface) + $"{message}-j ACCEPT";
        return [.. onLink, .. administrators.Distinct()];
    }

    /// <summary>What a gateway must tell its own clients: refusals, and where its IPv6 address is.</summary>
    private static IEnumerable<string> ToClients(EgressPolicy policy, IpFamily family)
    {
        return
            from client in policy.InternalInterfaces
            from message in family == IpFamily.IPv6
                ? [.. IptablesMatch.Errors(family), .. IptablesMatch.Discovery(135, 136)]
                : IptablesMatch.Errors(family)
            select $"-o {IptablesMatch.Name(client)} {message}-j ACCEPT";
    }
}
