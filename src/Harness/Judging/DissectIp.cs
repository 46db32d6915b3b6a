// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using PacketDotNet;
using static LeakVerifier.Harness.Judging.Dissect;

namespace LeakVerifier.Harness.Judging;

/// <summary>Reads IP headers. Part of <see cref="Dissect"/>.</summary>
internal static class DissectIp
{
    private const int IPv4MinimumHeader = 20;
    private const int IPv6Header = 40;
    private const int IPv6FragmentHeader = 8;

    /// <summary>Fragment offsets count in units of 8 bytes (RFC 791, section 3.1).</summary>
    private const int FragmentUnit = 8;

    public static FrameFacts Version4(FrameFacts facts, PacketWindow packet)
    {
        var bytes = packet.Bytes;
        if (bytes.Length < IPv4MinimumHeader)
        {
            return facts with { Defect = "shorter than an IPv4 header" };
        }

        var headerLength = (bytes[0] & 0xf) * 4;
        var totalLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (bytes[0] >> 4 != 4 || headerLength < IPv4MinimumHeader || headerLength > bytes.Length
            || totalLength < headerLength || totalLength > packet.LengthOnWire)
        {
            return facts with { Defect = "IPv4 header with a wrong version or length" };
        }

        var header = new IPv4Packet(packet.Segment(headerLength));

        // PacketDotNet 1.4.8 extends the sign of the flags, so the word is read here.
        var place = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        var content = packet.Inner(headerLength, totalLength - headerLength);
        var fragment = ReadFragment(
            header.Id, (place & 0x1fff) * FragmentUnit, (place & 0x2000) != 0, content.LengthOnWire);
        return DissectTransport.Content(
            facts with
            {
                HasTrailer = HasTrailer(packet, totalLength),
                Ip = new IpFacts(
                    4,
                    header.SourceAddress,
                    header.DestinationAddress,
                    (byte)header.Protocol,
                    (byte)header.TimeToLive,
                    headerLength > IPv4MinimumHeader,
                    fragment),
            },
            content);
    }

    public static FrameFacts Version6(FrameFacts facts, PacketWindow packet)
    {
        var bytes = packet.Bytes;
        if (bytes.Length < IPv6Header)
        {
            return facts with { Defect = "shorter than an IPv6 header" };
        }

        var payloadLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        if (bytes[0] >> 4 != 6 || IPv6Header + payloadLength > packet.LengthOnWire)
        {
            return facts with { Defect = "IPv6 header with a wrong version or length" };
        }

        var content = packet.Inner(IPv6Header, payloadLength);
        var protocol = bytes[6];
        FragmentFacts? fragment = null;
        if (protocol == IpProtocols.IPv6Fragment && content.Bytes.Length >= IPv6FragmentHeader)
        {
            var extension = content.Bytes;
            var place = BinaryPrimitives.ReadUInt16BigEndian(extension[2..]);
            protocol = extension[0];
            content = content.Inner(IPv6FragmentHeader, payloadLength - IPv6FragmentHeader);
            fragment = ReadFragment(
                BinaryPrimitives.ReadUInt32BigEndian(extension[4..]), place & 0xfff8, (place & 1) != 0,
                content.LengthOnWire);
        }

        // PacketDotNet 1.4.8 reads every extension header from the first one's place, so none is given to it.
        return DissectTransport.Content(
            facts with
            {
                HasTrailer = HasTrailer(packet, IPv6Header + payloadLength),
                Ip = new IpFacts(
                    6,
                    new IPAddress(bytes.Slice(8, 16)),
                    new IPAddress(bytes.Slice(24, 16)),
                    protocol,
                    bytes[7],
                    IpProtocols.IsIPv6Extension(protocol),
                    fragment),
            },
            content);
    }

    private static FragmentFacts? ReadFragment(uint identification, int offset, bool hasMore, int length)
    {
        return offset > 0 || hasMore ? new FragmentFacts(identification, offset, length, hasMore) : null;
    }
}
