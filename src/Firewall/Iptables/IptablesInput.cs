// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>What may come in, in one family: answers to what may leave, and what the tunnel brings.</summary>
internal static class IptablesInput
{
    private const string Answers = "-m conntrack --ctstate RELATED,ESTABLISHED ";

    /// <summary>Tracking may have begun in the middle of a flow, so either direction may be the original one.</summary>
    private static readonly string[] DestinationsOfFlow = ["--ctorigdst", "--ctrepldst"];

    /// <summary>What the lockdown hears: loopback.</summary>
    public static IptablesChain Lockdown { get; } =
        Chain(["-i lo -j ACCEPT", .. IptablesVerdict.Drop("input", log: true)]);

    public static IptablesChain Build(EgressPolicy policy, IpFamily family)
    {
        return Chain(
        [
            "-i lo -j ACCEPT",
            .. Malformed(),
            .. TransportReplies(policy, family),
            .. Management(policy, family),
            "-m conntrack --ctstate INVALID -j DROP",
            $"-i {IptablesMatch.Name(policy.TunnelInterface)} -j ACCEPT",
            .. TransportErrors(policy, family),
            .. LocalReplies(policy, family),
            .. Dhcp(policy, family),
            .. NeighbourDiscovery(policy, family),
            .. IptablesVerdict.Drop("input", policy.LogRefused),
        ]);
    }

    /// <summary>
    /// Packets to an address of this machine that is not the interface's own, which neighbours use to find the tunnel's
    /// address and connections (CVE-2019-14899). In the table <c>raw</c>, so that not even connection tracking sees them.
    /// </summary>
    public static IptablesChain ForAnotherInterface(EgressPolicy policy)
    {
        return new IptablesChain(IptablesChain.Prefix + "foreign", "PREROUTING",
        [
            "-i lo -j RETURN",
            $"-i {IptablesMatch.Name(policy.TunnelInterface)} -j RETURN",
            "-m addrtype --dst-type LOCAL -m addrtype ! --dst-type LOCAL --limit-iface-in -j DROP",
        ]);
    }

    private static IptablesChain Chain(string[] rules) => new(IptablesChain.Prefix + "input", "INPUT", [.. rules]);

    /// <summary>Combinations of TCP flags that no connection has: the list of the original.</summary>
    private static IEnumerable<string> Malformed()
    {
        string[] flags =
        [
            "FIN,SYN,RST,ACK FIN,SYN,RST,ACK",
            "FIN,SYN FIN,SYN",
            "SYN,RST SYN,RST",
            "FIN,SYN,RST,PSH,ACK,URG FIN,SYN,RST,PSH,ACK,URG",
            "FIN,SYN,RST,PSH,ACK,URG NONE",
        ];
        return flags.Select(combination => $"-p tcp -m tcp --tcp-flags {combination} -j DROP");
    }

    /// <summary>By address and port, so that nothing that happens to the connection table can cut the tunnel.</summary>
    private static IEnumerable<string> TransportReplies(EgressPolicy policy, IpFamily family)
    {
        return policy.Servers.Where(server => server.Address.IsOf(family)).Select(server =>
            IptablesMatch.Host("-s", server.Address) + IptablesMatch.Protocol(server)
            + IptablesMatch.Port(server, "--sport") + "-j ACCEPT");
    }

    /// <summary>Path MTU discovery of the transport (RFC 1191, RFC 8201), whichever direction was tracked first.</summary>
    private static IEnumerable<string> TransportErrors(EgressPolicy policy, IpFamily family)
    {
        // As in the original: with no server listed, only the connection table tells the tunnel's replies.
        return policy.Servers.IsEmpty
            ? [Answers + "-j ACCEPT"]
            : from address in policy.Servers.Select(server => server.Address).Where(address => address.IsOf(family)).Distinct()
              from side in DestinationsOfFlow
              from error in IptablesMatch.Errors(
                  family, $"-m conntrack --ctstate RELATED {side} {Rules.AddressText.Of(address)} ")
              select error + "-j ACCEPT";
    }

    private static IEnumerable<string> LocalReplies(EgressPolicy policy, IpFamily family)
    {
        var networks = policy.LocalNetworks.Where(local => local.Network.BaseAddress.IsOf(family)).Select(local =>
            IptablesMatch.Network("-s", local.Network) + IptablesMatch.From(local.Interface) + Answers + "-j ACCEPT");
        var resolvers =
            from resolver in policy.LocalDns.Where(resolver => resolver.IsOf(family))
            where !policy.LocalNetworks.Any(local => local.Network.Contains(resolver))
            from answer in IptablesMatch.Dns("--sports")
            select IptablesMatch.Host("-s", resolver) + answer + "-m conntrack --ctstate ESTABLISHED -j ACCEPT";
        return networks.Concat(resolvers);
    }

    private static IEnumerable<string> Management(EgressPolicy policy, IpFamily family)
    {
        return policy.Management.Where(access => access.Network.BaseAddress.IsOf(family)).Select(access =>
            IptablesMatch.Network("-s", access.Network) + IptablesMatch.From(access.Interface)
            + $"-p tcp -m tcp --dport {access.Port} -j ACCEPT");
    }

    private static string[] Dhcp(EgressPolicy policy, IpFamily family)
    {
        return (policy.AllowDhcp, family) switch
        {
            (false, _) => [],
            (_, IpFamily.IPv4) => ["-p udp -m udp --sport 67 --dport 68 -j ACCEPT"],
            _ => ["-s fe80::/10 -p udp -m udp --sport 547 --dport 546 -j ACCEPT"],
        };
    }

    /// <summary>Redirects are left out: they change routes.</summary>
    private static IEnumerable<string> NeighbourDiscovery(EgressPolicy policy, IpFamily family)
    {
        if (family == IpFamily.IPv4)
        {
            return [];
        }

        var outside = policy.AllowNeighbourDiscovery
            ? IptablesMatch.Discovery(134, 135, 136).Select(message => message + "-j ACCEPT")
            : [];
        var inside =
            from client in policy.InternalInterfaces
            from message in IptablesMatch.Discovery(135, 136)
            select $"-i {IptablesMatch.Name(client)} {message}-j ACCEPT";
        return outside.Concat(inside);
    }
}
