// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Traffic;

/// <summary>The IP protocol of a probe. The values are IANA's protocol numbers; for IPv6, Icmp means ICMPv6.</summary>
public enum ProbeProtocol : byte
{
    /// <summary>IPv6 hop-by-hop options, which reports of groups begin with (RFC 3810, section 5).</summary>
    HopByHop = 0,

    /// <summary>ICMP echo, or ICMPv6 echo.</summary>
    Icmp = 1,

    /// <summary>IGMP.</summary>
    Igmp = 2,

    /// <summary>IPv4 in IP (RFC 2003).</summary>
    IPv4InIp = 4,

    /// <summary>TCP.</summary>
    Tcp = 6,

    /// <summary>UDP.</summary>
    Udp = 17,

    /// <summary>IPv6 in IP, such as 6in4 (RFC 4213).</summary>
    IPv6InIp = 41,

    /// <summary>GRE.</summary>
    Gre = 47,

    /// <summary>IPsec's ESP.</summary>
    Esp = 50,

    /// <summary>SCTP.</summary>
    Sctp = 132,

    /// <summary>UDP-Lite.</summary>
    UdpLite = 136,

    /// <summary>No IP protocol (255 is reserved): ARP, or frames that are not IP.</summary>
    None = 255,
}

/// <summary>
/// A sender of traffic whose every payload carries a nonce, so that a frame on the wire names its sender.
/// </summary>
/// <param name="Name">What it sends and how, such as <c>udp-connected-v4</c>; unique within a run.</param>
/// <param name="Nonce">What its payloads contain; see <see cref="ProbeNonce"/>.</param>
/// <param name="User">The user that sends: <c>root</c> or a number.</param>
/// <param name="Protocol">Its protocol.</param>
/// <param name="Destination">Where it sends to; the port is 0 for ICMP. Protocol, address and port together are unique
/// within a run, so that a packet without payload (a SYN) can be attributed too.</param>
public sealed record ProbeDescription(
    string Name, string Nonce, string User, ProbeProtocol Protocol, IPEndPoint Destination);
