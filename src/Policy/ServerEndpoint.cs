// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Policy;

/// <summary>The IP protocol that carries a tunnel. The values are IANA's protocol numbers.</summary>
public enum TransportProtocol : byte
{
    /// <summary>TCP (RFC 9293).</summary>
    Tcp = 6,

    /// <summary>UDP (RFC 768).</summary>
    Udp = 17,

    /// <summary>GRE (RFC 2784), which PPTP uses.</summary>
    Gre = 47,

    /// <summary>IPsec ESP (RFC 4303).</summary>
    Esp = 50,

    /// <summary>IPsec AH (RFC 4302).</summary>
    Ah = 51,
}

/// <summary>One listed VPN server: where the tunnel's own packets may go.</summary>
/// <param name="Address">A unicast address.</param>
/// <param name="Protocol">The protocol that carries the tunnel.</param>
/// <param name="Port">1 to 65535 for TCP and UDP; null for protocols without ports.</param>
public sealed record ServerEndpoint(IPAddress Address, TransportProtocol Protocol, ushort? Port)
{
    /// <summary>The configuration's spelling: <c>203.0.113.10:1194/udp</c>, <c>[2001:db8::10]:443/tcp</c>.</summary>
    public override string ToString()
    {
        var isBracketed = Port is not null && Address.AddressFamily == AddressFamily.InterNetworkV6;
        var host = isBracketed ? $"[{Address}]" : Address.ToString();
        var port = Port is { } number ? ":" + number.ToString(CultureInfo.InvariantCulture) : "";
        return host + port + "/" + Protocol.Keyword();
    }
}

/// <summary>Names of <see cref="TransportProtocol"/> as the configuration and the kernel's tools spell them.</summary>
public static class TransportProtocols
{
    /// <summary>Every protocol that can carry a tunnel.</summary>
    public static IReadOnlyList<TransportProtocol> All { get; } = Enum.GetValues<TransportProtocol>();

    /// <summary><c>tcp</c>, <c>udp</c>, <c>gre</c>, <c>esp</c> or <c>ah</c>.</summary>
    public static string Keyword(this TransportProtocol protocol) => protocol switch
    {
        TransportProtocol.Tcp => "tcp",
        TransportProtocol.Udp => "udp",
        TransportProtocol.Gre => "gre",
        TransportProtocol.Esp => "esp",
        TransportProtocol.Ah => "ah",
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "not a transport protocol"),
    };

    /// <summary>Whether packets of the protocol carry ports.</summary>
    public static bool HasPorts(this TransportProtocol protocol)
    {
        return protocol is TransportProtocol.Tcp or TransportProtocol.Udp;
    }
}
