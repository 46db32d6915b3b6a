// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic;

/// <summary>How a probe sends.</summary>
public enum ProbeKind
{
    /// <summary>One TCP connection with a transfer in both directions.</summary>
    TcpEstablished,

    /// <summary>A new TCP connection again and again.</summary>
    TcpNew,

    /// <summary>Datagrams from a connected UDP socket.</summary>
    UdpConnected,

    /// <summary>Datagrams from a UDP socket that is bound to no address.</summary>
    UdpUnconnected,

    /// <summary>DNS queries over UDP.</summary>
    DnsUdp,

    /// <summary>DNS queries over TCP, each on a new connection.</summary>
    DnsTcp,

    /// <summary>ICMP or ICMPv6 echo requests.</summary>
    IcmpEcho,
}
