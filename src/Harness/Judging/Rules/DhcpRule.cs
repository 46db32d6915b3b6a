// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging.Rules;

/// <summary>
/// What a DHCP client sends to everybody (RFC 2131) and to all DHCPv6 servers (RFC 8415). Renewals to one server's
/// address are not on the list: a client falls back to broadcast.
/// </summary>
internal sealed class DhcpRule(EgressPolicy policy, WireFacts wire) : IAllowRule
{
    private const ushort ServerPort = 67;
    private const ushort ClientPort = 68;
    private const ushort ClientPortV6 = 546;
    private const ushort ServerPortV6 = 547;

    /// <summary>All_DHCP_Relay_Agents_and_Servers (RFC 8415, section 7.1).</summary>
    private static readonly IPAddress AllServers = IPAddress.Parse("ff02::1:2");

    public AllowedReason Reason => AllowedReason.Dhcp;

    public bool AcceptsProbes => false;

    public bool Accepts(in FrameFacts frame, out string? why)
    {
        why = null;
        return policy.AllowDhcp
            && frame.Ip is { HasOptions: false, Fragment: null, Protocol: IpProtocols.Udp } ip
            && (ip.Version == 4 ? IsVersion4(frame, ip) : IsVersion6(frame, ip));
    }

    private bool IsVersion4(in FrameFacts frame, IpFacts ip)
    {
        return frame.SourcePort == ClientPort
            && frame.DestinationPort == ServerPort
            && ip.Destination.Equals(IPAddress.Broadcast)
            && frame.Destination == MacAddress.Broadcast
            && (WireFacts.IsUnspecified(ip.Source) || wire.IsOwn(ip.Source))
            && IsRequest(frame.Payload.Span);
    }

    private static bool IsVersion6(in FrameFacts frame, IpFacts ip)
    {
        return frame.SourcePort == ClientPortV6
            && frame.DestinationPort == ServerPortV6
            && ip.Destination.Equals(AllServers)
            && ip.Source.IsIPv6LinkLocal
            && frame.Payload.Length >= 4
            && frame.Payload.Span[0] is 1 or 3 or 4 or 5 or 6 or 8 or 9 or 11; // RFC 8415, section 7.3: from clients
    }

    private static bool IsRequest(ReadOnlySpan<byte> message)
    {
        const int cookieOffset = 236; // RFC 2131, section 2
        ReadOnlySpan<byte> requestOnEthernet = [1, 1, MacAddress.Length];
        ReadOnlySpan<byte> cookie = [99, 130, 83, 99]; // RFC 2131, section 3
        return message.Length >= cookieOffset + cookie.Length
            && message.StartsWith(requestOnEthernet)
            && message[cookieOffset..].StartsWith(cookie);
    }
}
