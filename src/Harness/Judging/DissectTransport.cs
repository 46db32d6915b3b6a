// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using LeakVerifier.Harness.Capture;
using PacketDotNet;
using static LeakVerifier.Harness.Judging.Dissect;

namespace LeakVerifier.Harness.Judging;

/// <summary>Reads what IP carries. Part of <see cref="Dissect"/>.</summary>
internal static class DissectTransport
{
    private const int TcpMinimumHeader = 20;
    private const int UdpHeader = 8;
    private const int IcmpHeader = 4;

    /// <summary>Options' lengths count in units of 8 bytes (RFC 4861, section 4.6).</summary>
    private const int OptionUnit = 8;

    public static FrameFacts Content(FrameFacts facts, PacketWindow content)
    {
        var ip = facts.Ip!;
        facts = facts with { IsCut = content.Bytes.Length < content.LengthOnWire };
        if (ip.Fragment is { Offset: > 0 })
        {
            return facts; // The bytes that look like a header there are not one.
        }

        return (ip.Version, ip.Protocol) switch
        {
            (_, IpProtocols.Tcp) => Tcp(facts, content),
            (_, IpProtocols.Udp) => Udp(facts, content),
            (4, IpProtocols.Icmp) or (6, IpProtocols.IcmpV6) => Icmp(facts, content),
            _ => facts,
        };
    }

    private static FrameFacts Tcp(FrameFacts facts, PacketWindow content)
    {
        if (content.Bytes.Length < TcpMinimumHeader)
        {
            return facts with { Defect = "shorter than a TCP header" };
        }

        var header = new TcpPacket(content.Segment(TcpMinimumHeader));
        var headerLength = content.Bytes[12] >> 4 << 2;
        var isWhole = headerLength >= TcpMinimumHeader && headerLength <= content.Bytes.Length;
        return facts with
        {
            SourcePort = header.SourcePort,
            DestinationPort = header.DestinationPort,
            TcpFlags = (byte)header.Flags,
            TcpSequence = BinaryPrimitives.ReadUInt32BigEndian(content.Bytes[4..]),
            Defect = isWhole ? null : "TCP header with a wrong length",
            Payload = isWhole ? content.Frame[(content.Offset + headerLength)..] : default,
        };
    }

    private static FrameFacts Udp(FrameFacts facts, PacketWindow content)
    {
        if (content.Bytes.Length < UdpHeader)
        {
            return facts with { Defect = "shorter than a UDP header" };
        }

        var header = new UdpPacket(content.Segment(UdpHeader));
        var isWhole = facts.Ip!.Fragment is null
            ? header.Length == content.LengthOnWire
            : header.Length >= content.LengthOnWire;
        return facts with
        {
            SourcePort = header.SourcePort,
            DestinationPort = header.DestinationPort,
            Defect = isWhole ? null : "UDP header with a wrong length",
            Payload = content.Frame[(content.Offset + UdpHeader)..],
        };
    }

    private static FrameFacts Icmp(FrameFacts facts, PacketWindow content)
    {
        var bytes = content.Bytes;
        if (bytes.Length < IcmpHeader)
        {
            return facts with { Defect = "shorter than an ICMP header" };
        }

        var type = bytes[0];
        var isDiscovery = facts.Ip!.Version == 6 && IcmpFacts.IsDiscovery(type);
        var isCut = isDiscovery && facts.IsCut;
        return facts with
        {
            Icmp = new IcmpFacts(type, bytes[1], isDiscovery ? Discovery(facts, type, bytes) : null),
            Payload = content.Frame[(content.Offset + IcmpHeader)..],
            Defect = isCut ? "neighbour discovery that was not captured whole" : null,
        };
    }

    private static DiscoveryFacts Discovery(FrameFacts facts, byte type, ReadOnlySpan<byte> bytes)
    {
        const int targetOffset = 8; // RFC 4861, sections 4.3 and 4.4
        const int targetLength = 16;
        var hasTarget = type != IcmpFacts.RouterSolicitation && type != IcmpFacts.RouterAdvertisement;
        var optionsOffset = hasTarget ? targetOffset + targetLength : targetOffset;
        if (bytes.Length < optionsOffset)
        {
            return new DiscoveryFacts(null, HasForeignOption: true);
        }

        var target = hasTarget ? new IPAddress(bytes.Slice(targetOffset, targetLength)) : null;
        return new DiscoveryFacts(target, HasForeignOption(facts, bytes[optionsOffset..]));
    }

    private static bool HasForeignOption(FrameFacts facts, ReadOnlySpan<byte> options)
    {
        const byte sourceLinkAddress = 1; // RFC 4861, section 4.6.1
        const byte targetLinkAddress = 2;
        const byte nonce = 14; // RFC 3971, section 5.3.2, used by RFC 7527
        while (options.Length >= OptionUnit && options[1] == 1)
        {
            var isOwn = options[0] switch
            {
                sourceLinkAddress or targetLinkAddress => MacAddress.Read(options[2..]) == facts.Source,
                nonce => facts.Ip!.Source.Equals(IPAddress.IPv6Any),
                _ => false,
            };
            if (!isOwn)
            {
                return true;
            }

            options = options[OptionUnit..];
        }

        return options.Length > 0;
    }
}
