// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Harness.Proofs;

/// <summary>A packet of the prover as bytes, from the IP header on, with marks by which it is known again.</summary>
internal static class PacketBytes
{
    private const int Tcp = 6;
    private const int Udp = 17;
    private const int Authentication = 51;
    private const int FragmentHeader = 44;

    /// <summary>The bytes.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="mark">What is repeated in its payload.</param>
    /// <param name="place">Its place in a TCP stream.</param>
    /// <param name="payloadLength">Bytes of payload behind the transport header.</param>
    /// <param name="identifier">ICMP's identifier, by which connection tracking tells echo requests apart.</param>
    public static byte[] Of(
        Packet packet, WireMark mark, StreamPlace place = default, int payloadLength = 16, ushort identifier = 0)
    {
        var transport = Transport(packet, mark, place, payloadLength, identifier);
        return packet.Family == IpFamily.Ip4 ? Ip4(packet, mark, transport) : Ip6(packet, mark, transport);
    }

    /// <summary>The transport header and what follows, without the checksum that a network header adds to.</summary>
    public static byte[] Transport(
        Packet packet, WireMark mark, StreamPlace place, int payloadLength, ushort identifier = 0)
    {
        var first = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(first, (uint)packet[Field.Transport]);
        if (packet.IsLaterFragment)
        {
            return [.. first, .. mark.Fill(20)];
        }

        if (packet[Field.Truncated] == 1 || packet[Field.TransportUnknown] == 1)
        {
            return first[..2];
        }

        byte[] bytes =
        [
            .. first,
            .. packet.Protocol switch
            {
                Tcp => TcpRest(packet, place),
                Udp => UdpRest(packet, payloadLength),
                _ => [(byte)(identifier >> 8), (byte)identifier, 0, 0], // ICMP's identifier and sequence.
            },
            .. mark.Fill(payloadLength),
        ];
        Seal(packet, bytes);
        return bytes;
    }

    private static byte[] TcpRest(Packet packet, StreamPlace place)
    {
        var rest = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(rest, place.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(rest.AsSpan(4), place.Acknowledged);
        // A header of five words; one of four is invalid to connection tracking.
        rest[8] = packet.ConnectionState == ConnectionState.Invalid ? (byte)0x40 : (byte)0x50;
        rest[9] = (byte)packet[Field.TcpFlags];
        BinaryPrimitives.WriteUInt16BigEndian(rest.AsSpan(10), 0xfff0);
        return rest;
    }

    private static byte[] UdpRest(Packet packet, int payloadLength)
    {
        var rest = new byte[4];
        // Longer than the packet is invalid to connection tracking.
        var length = packet.ConnectionState == ConnectionState.Invalid ? ushort.MaxValue : 8 + payloadLength;
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)length);
        return rest;
    }

    private static void Seal(Packet packet, byte[] bytes)
    {
        var at = packet.Protocol switch
        {
            Tcp => 16,
            Udp => 6,
            1 or 58 => 2,
            _ => -1,
        };
        if (at < 0)
        {
            return;
        }

        bytes.AsSpan(at, 2).Clear();
        var pseudo = packet.Protocol == 1 ? 0 : Sum(PseudoHeader(packet, bytes.Length), 0);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), Folded(Sum(bytes, pseudo)));
    }

    private static byte[] PseudoHeader(Packet packet, int length)
    {
        var tail = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(tail, (uint)length);
        tail[7] = packet.Protocol;
        return [.. packet.Source.GetAddressBytes(), .. packet.Destination.GetAddressBytes(), .. tail];
    }

    private static byte[] Ip4(Packet packet, WireMark mark, byte[] payload)
    {
        var bytes = new byte[20 + payload.Length];
        bytes[0] = 0x45;
        bytes[1] = (byte)packet[Field.TrafficClass];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), mark.Number);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)packet[Field.FragmentOffset]);
        bytes[8] = (byte)packet[Field.HopLimit];
        bytes[9] = packet.Protocol;
        packet.Source.GetAddressBytes().CopyTo(bytes, 12);
        packet.Destination.GetAddressBytes().CopyTo(bytes, 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), Folded(Sum(bytes.AsSpan(0, 20), 0)));
        payload.CopyTo(bytes, 20);
        return bytes;
    }

    private static byte[] Ip6(Packet packet, WireMark mark, byte[] payload)
    {
        var next = (byte)packet[Field.NextHeader];
        byte[] rest = [.. Extension(packet, mark, next), .. payload];
        var bytes = new byte[40 + rest.Length];
        // The flow label carries the number where no payload can.
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x6000_0000u | (uint)packet[Field.TrafficClass] << 20 | mark.Number);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)rest.Length);
        bytes[6] = next;
        bytes[7] = (byte)packet[Field.HopLimit];
        packet.Source.GetAddressBytes().CopyTo(bytes, 8);
        packet.Destination.GetAddressBytes().CopyTo(bytes, 24);
        rest.CopyTo(bytes, 40);
        return bytes;
    }

    private static byte[] Extension(Packet packet, WireMark mark, byte next)
    {
        if (packet[Field.TransportUnknown] == 1)
        {
            return []; // The header that is announced is cut off.
        }

        if (next == FragmentHeader)
        {
            var header = new byte[8];
            header[0] = packet.Protocol;
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)((uint)packet[Field.FragmentOffset] << 3));
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), mark.Number);
            return header;
        }

        // Padding options (RFC 8200, PadN), or an authentication header without a check value (RFC 4302).
        return next == packet.Protocol ? []
            : next == Authentication ? [packet.Protocol, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]
            : [packet.Protocol, 0, 1, 4, 0, 0, 0, 0];
    }

    private static uint Sum(ReadOnlySpan<byte> bytes, uint start)
    {
        for (var i = 0; i < bytes.Length; i += 2)
        {
            start += (uint)(bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0u);
        }

        return start;
    }

    private static ushort Folded(uint sum)
    {
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}

/// <summary>The place of a segment in its stream.</summary>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="Acknowledged">Its acknowledgement number.</param>
internal readonly record struct StreamPlace(uint Sequence, uint Acknowledged);
