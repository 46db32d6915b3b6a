// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>
/// Spells the parts of a rule as nft lists them. A text ends with a blank where another part may follow.
/// </summary>
internal static class Match
{
    /// <summary>
    /// NDP is only heard with this hop limit: the packet has crossed no router (RFC 4861, section 7.1).
    /// </summary>
    public const string FromThisLink = "ip6 hoplimit 255 ";

    /// <summary>ICMP errors: they answer a packet and start nothing (RFC 792).</summary>
    public const string IcmpError = "icmp type { destination-unreachable, time-exceeded, parameter-problem } ";

    /// <summary>ICMPv6 errors (RFC 4443).</summary>
    public const string Icmpv6Error =
        "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } ";

    /// <summary>
    /// Who has an IPv6 address, and the answer (RFC 4861); both have the code 0, of which nft knows but this name.
    /// </summary>
    public const string Neighbours = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } icmpv6 code no-route ";

    /// <summary>Ports of DNS (RFC 1035) and of DNS over TLS and QUIC (RFC 7858, RFC 9250).</summary>
    public const string DnsPorts = "{ 53, 853 } ";

    /// <summary>A name, or a prefix as nft writes it: <c>"tun*"</c>.</summary>
    public static string Name(InterfacePattern pattern) => $"\"{pattern.Stem}{(pattern.IsPrefix ? "*" : "")}\" ";

    /// <summary>By the tunnel's interface: its name, and its kind where one is asked for.</summary>
    public static string ToTunnel(EgressPolicy policy)
    {
        return $"oifname {Name(policy.TunnelInterface)}{Kind("oifkind", policy.TunnelInterfaceKind)}";
    }

    /// <summary>From the tunnel's interface.</summary>
    public static string FromTunnel(EgressPolicy policy)
    {
        return $"iifname {Name(policy.TunnelInterface)}{Kind("iifkind", policy.TunnelInterfaceKind)}";
    }

    /// <summary>From a gateway's client into the tunnel.</summary>
    public static string IntoTunnel(EgressPolicy policy, InterfacePattern client)
    {
        return $"iifname {Name(client)}{ToTunnel(policy)}";
    }

    private static string Kind(string field, string? kind) => kind is null ? "" : $"meta {field} \"{kind}\" ";

    /// <summary><c>oifname "eth0" </c>, or nothing.</summary>
    public static string To(string? interfaceName) => interfaceName is null ? "" : $"oifname \"{interfaceName}\" ";

    /// <summary><c>iifname "eth0" </c>, or nothing.</summary>
    public static string From(string? interfaceName) => interfaceName is null ? "" : $"iifname \"{interfaceName}\" ";

    /// <summary>All of what the tunnel's packets are known by.</summary>
    public static string Identity(TunnelIdentity identity)
    {
        var user = identity.Uid is { } uid ? string.Create(CultureInfo.InvariantCulture, $"meta skuid {uid} ") : "";
        var level = identity.Cgroup?.Split('/').Length;
        var cgroup = level is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"socket cgroupv2 level {level} \"{identity.Cgroup}\" ");
        return user + Mark(identity.Mark) + cgroup;
    }

    /// <summary>An answer of a service for administration: from its port, and not the first packet of a connection.</summary>
    public static string ManagementAnswer(ManagementAccess access)
    {
        var port = string.Create(CultureInfo.InvariantCulture, $"tcp sport {access.Port} ");
        return To(access.Interface) + Network("daddr", access.Network) + port + "tcp flags != syn / fin,syn,rst,ack ";
    }

    /// <summary>A fragment that is not the first.</summary>
    public static string LaterFragment(IPAddress address)
    {
        return IsIPv6(address) ? "frag frag-off != 0 " : "ip frag-off & 8191 != 0 ";
    }

    private static string Mark(FirewallMark? mark) => mark switch
    {
        null => "",
        { Mask: uint.MaxValue } => string.Create(CultureInfo.InvariantCulture, $"meta mark 0x{mark.Value:x8} "),
        _ => string.Create(CultureInfo.InvariantCulture, $"meta mark & 0x{mark.Mask:x8} == 0x{mark.Value:x8} "),
    };

    private static string Family(IPAddress address) => IsIPv6(address) ? "ip6" : "ip";

    /// <summary><c>ip daddr 203.0.113.10 </c>.</summary>
    /// <param name="side"><c>saddr</c> or <c>daddr</c>.</param>
    /// <param name="address">The address.</param>
    public static string Host(string side, IPAddress address)
    {
        return $"{Family(address)} {side} {AddressText.Of(address)} ";
    }

    /// <summary><c>ip6 daddr fd00::/64 </c>.</summary>
    /// <param name="side"><c>saddr</c> or <c>daddr</c>.</param>
    /// <param name="network">The network.</param>
    public static string Network(string side, IPNetwork network)
    {
        return $"{Family(network.BaseAddress)} {side} {Prefix(network)} ";
    }

    /// <summary>TCP, UDP and ICMP, by number: names are looked up in a file that small systems lack.</summary>
    public static string PlainProtocols(IPNetwork network)
    {
        return IsIPv6(network.BaseAddress) ? "meta l4proto { 6, 17, 58 } " : "meta l4proto { 1, 6, 17 } ";
    }

    /// <summary>Whether the address is of IPv6.</summary>
    public static bool IsIPv6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>A network as nft lists it: without the length when it is one host.</summary>
    private static string Prefix(IPNetwork network)
    {
        var bits = IsIPv6(network.BaseAddress) ? 128 : 32;
        var address = AddressText.Of(network.BaseAddress);
        return network.PrefixLength == bits
            ? address
            : string.Create(CultureInfo.InvariantCulture, $"{address}/{network.PrefixLength}");
    }

    /// <summary>
    /// The transport's protocol and port. By number where nft would look the name up in /etc/protocols, which small
    /// systems lack.
    /// </summary>
    /// <param name="server">The server.</param>
    /// <param name="side"><c>sport</c> or <c>dport</c>.</param>
    public static string Transport(ServerEndpoint server, string side)
    {
        if (server.Port is { } port)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{server.Protocol.Keyword()} {side} {port} ");
        }

        // To the kernel, AH is one of IPv6's extension headers: "meta l4proto" means what is behind it.
        var isExtension = server.Protocol == TransportProtocol.Ah && IsIPv6(server.Address);
        var field = isExtension ? "ip6 nexthdr" : "meta l4proto";
        return string.Create(CultureInfo.InvariantCulture, $"{field} {(byte)server.Protocol} ");
    }
}
