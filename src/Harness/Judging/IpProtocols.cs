// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging;

/// <summary>Protocol numbers (IANA "Assigned Internet Protocol Numbers") and ports that the judge knows.</summary>
public static class IpProtocols
{
    /// <summary>ICMP (RFC 792).</summary>
    public const byte Icmp = 1;

    /// <summary>TCP (RFC 9293).</summary>
    public const byte Tcp = 6;

    /// <summary>UDP (RFC 768).</summary>
    public const byte Udp = 17;

    /// <summary>The IPv6 fragment header (RFC 8200, section 4.5).</summary>
    public const byte IPv6Fragment = 44;

    /// <summary>ICMPv6 (RFC 4443).</summary>
    public const byte IcmpV6 = 58;

    /// <summary>DNS (RFC 1035).</summary>
    public const ushort DnsPort = 53;

    /// <summary>DNS over TLS (RFC 7858) and over QUIC (RFC 9250).</summary>
    public const ushort EncryptedDnsPort = 853;

    /// <summary>Whether a number in an IPv6 "next header" field is an extension header (RFC 7045, section 4).</summary>
    public static bool IsIPv6Extension(byte number)
    {
        return number is 0 or 43 or IPv6Fragment or 51 or 60 or 135 or 139 or 140 or 253 or 254;
    }

    /// <summary>Whether the port is one that DNS is asked on.</summary>
    public static bool IsDns(ushort? port) => port is DnsPort or EncryptedDnsPort;

    /// <summary>The name of a protocol, or its number.</summary>
    public static string Describe(byte protocol) => protocol switch
    {
        Icmp => "ICMP",
        2 => "IGMP",
        4 => "IPv4-in-IP",
        Tcp => "TCP",
        Udp => "UDP",
        41 => "IPv6-in-IP",
        47 => "GRE",
        50 => "ESP",
        51 => "AH",
        IcmpV6 => "ICMPv6",
        132 => "SCTP",
        136 => "UDPLite",
        _ => $"protocol {protocol}",
    };
}
