// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>
/// Spells the parts of a rule as iptables-save lists them. A text ends with a blank, since the target follows.
/// </summary>
internal static class IptablesMatch
{
    /// <summary>Ports of DNS (RFC 1035) and of DNS over TLS and QUIC (RFC 7858, RFC 9250).</summary>
    public const string DnsPorts = "53,853";

    /// <summary>NDP is only heard with this hop limit: the packet has crossed no router (RFC 4861, section 7.1).</summary>
    private const string FromThisLink = "-m hl --hl-eq 255 ";

    /// <summary>ICMP errors (RFC 792): unreachable, time exceeded, parameter problem.</summary>
    private static readonly int[] IPv4Errors = [3, 11, 12];

    /// <summary>ICMPv6 errors (RFC 4443): unreachable, too big, time exceeded, parameter problem.</summary>
    private static readonly int[] IPv6Errors = [1, 2, 3, 4];

    /// <summary>The protocols that DNS is asked by.</summary>
    public static readonly string[] PortProtocols = ["udp", "tcp"];

    /// <summary>A name, or a prefix with <c>+</c>, which iptables refuses where it cannot be longer.</summary>
    public static string Name(InterfacePattern pattern)
    {
        return pattern.Stem.Length == InterfacePattern.MaximumLength ? pattern.Stem : pattern.ToString();
    }

    /// <summary><c>-o eth0 </c>, or nothing.</summary>
    public static string To(string? interfaceName) => interfaceName is null ? "" : $"-o {interfaceName} ";

    /// <summary><c>-i eth0 </c>, or nothing.</summary>
    public static string From(string? interfaceName) => interfaceName is null ? "" : $"-i {interfaceName} ";

    /// <summary><c>-d 203.0.113.10/32 </c>.</summary>
    /// <param name="side"><c>-s</c> or <c>-d</c>.</param>
    /// <param name="address">The address.</param>
    public static string Host(string side, IPAddress address)
    {
        return $"{side} {AddressText.Of(address)}/{(IsIPv6(address) ? "128" : "32")} ";
    }

    /// <summary><c>-d fd00::/64 </c>.</summary>
    /// <param name="side"><c>-s</c> or <c>-d</c>.</param>
    /// <param name="network">The network.</param>
    public static string Network(string side, IPNetwork network)
    {
        return string.Create(
            CultureInfo.InvariantCulture, $"{side} {AddressText.Of(network.BaseAddress)}/{network.PrefixLength} ");
    }

    /// <summary>Whether the address is of this family.</summary>
    public static bool IsOf(this IPAddress address, IpFamily family) => IsIPv6(address) == (family == IpFamily.IPv6);

    /// <summary><c>-p udp </c>, or of what is not one of IPv6's extension headers.</summary>
    public static string Protocol(ServerEndpoint server)
    {
        // To the kernel, AH is one of IPv6's extension headers, and "-p" means what is behind it.
        return IsBehindExtension(server) ? "" : $"-p {server.Protocol.Keyword()} ";
    }

    /// <summary><c>-m udp --dport 1194 </c>, or nothing for a protocol without ports.</summary>
    /// <param name="server">The server.</param>
    /// <param name="side"><c>--sport</c> or <c>--dport</c>.</param>
    public static string Port(ServerEndpoint server, string side)
    {
        return server.Port is { } port
            ? string.Create(CultureInfo.InvariantCulture, $"-m {server.Protocol.Keyword()} {side} {port} ")
            : IsBehindExtension(server) ? "-m ah " : "";
    }

    /// <summary><c>-p udp -m multiport --dports 53,853 </c> and the same of TCP.</summary>
    /// <param name="side"><c>--sports</c> or <c>--dports</c>.</param>
    public static IEnumerable<string> Dns(string side)
    {
        return PortProtocols.Select(protocol => $"-p {protocol} -m multiport {side} {DnsPorts} ");
    }

    /// <summary>TCP, UDP and ICMP.</summary>
    public static IEnumerable<string> PlainProtocols(IpFamily family) =>
        new[] { Icmp(family), "tcp", "udp" }.Select(protocol => $"-p {protocol} ");

    /// <summary>ICMP errors: they answer a packet and start nothing.</summary>
    /// <param name="family">The family.</param>
    /// <param name="connection">What is asked of the connection first, or nothing.</param>
    public static IEnumerable<string> Errors(IpFamily family, string connection = "")
    {
        return family == IpFamily.IPv6
            ? IPv6Errors.Select(type => Icmp6(connection, type.ToString(CultureInfo.InvariantCulture)))
            : IPv4Errors.Select(type =>
                string.Create(CultureInfo.InvariantCulture, $"-p icmp {connection}-m icmp --icmp-type {type} "));
    }

    /// <summary>Messages of neighbour discovery (RFC 4861) by their types, from or to this link.</summary>
    public static IEnumerable<string> Discovery(params int[] types)
    {
        return types.Select(type => Icmp6(FromThisLink, string.Create(CultureInfo.InvariantCulture, $"{type}/0")));
    }

    /// <summary>All of what the tunnel's packets are known by.</summary>
    public static string Identity(TunnelIdentity identity)
    {
        var user = identity.Uid is { } uid
            ? string.Create(CultureInfo.InvariantCulture, $"-m owner --uid-owner {uid} ")
            : "";
        var mark = identity.Mark is null ? "" : $"-m mark --mark {identity.Mark} ";
        var cgroup = identity.Cgroup is null ? "" : $"-m cgroup --path {identity.Cgroup} ";
        return user + mark + cgroup;
    }

    private static string Icmp6(string before, string type) => $"-p ipv6-icmp {before}-m icmp6 --icmpv6-type {type} ";

    private static string Icmp(IpFamily family) => family == IpFamily.IPv6 ? "ipv6-icmp" : "icmp";

    private static bool IsBehindExtension(ServerEndpoint server)
    {
        return server.Protocol == TransportProtocol.Ah && IsIPv6(server.Address);
    }

    private static bool IsIPv6(IPAddress address) => Match.IsIPv6(address);
}
