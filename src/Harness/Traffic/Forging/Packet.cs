// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Harness.Traffic.Forging;

/// <summary>IP packets written byte by byte, as a hostile neighbour or a privileged program does.</summary>
public static class Packet
{
    /// <summary>What routers and hosts put into packets of their own.</summary>
    private const byte UsualHopLimit = 64;

    private const byte Icmpv6 = 58;
    private const byte FragmentHeader = 44;
    private const int Version4HeaderLength = 20;
    private const int Version6HeaderLength = 40;

    /// <summary>A packet whose content is whole.</summary>
    public static byte[] Ip(
        IPAddress source, IPAddress destination, byte protocol, ReadOnlySpan<byte> content, byte hopLimit = UsualHopLimit)
    {
        return source.AddressFamily == AddressFamily.InterNetworkV6
            ? [.. Version6(source, destination, protocol, content.Length, hopLimit), .. content]
            : [.. Version4(source, destination, protocol, content.Length, hopLimit, fragment: 0), .. content];
    }

    /// <summary>The last fragment of a packet whose beginning was never sent: the content is at byte 8 × <paramref name="offset"/>.</summary>
    public static byte[] LastFragment(
        IPAddress source, IPAddress destination, byte protocol, ushort offset, ReadOnlySpan<byte> content, byte hopLimit = UsualHopLimit)
    {
        if (source.AddressFamily == AddressFamily.InterNetwork)
        {
            return [.. Version4(source, destination, protocol, content.Length, hopLimit, offset), .. content];
        }

        // RFC 8200, section 4.5: next header, reserved, offset and flags, identification.
        var fragment = new byte[8];
        fragment[0] = protocol;
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(2), (ushort)(offset << 3));
        BinaryPrimitives.WriteUInt32BigEndian(fragment.AsSpan(4), (uint)Random.Shared.Next());
        return
        [
            .. Version6(source, destination, FragmentHeader, fragment.Length + content.Length, hopLimit),
            .. fragment,
            .. content,
        ];
    }

    /// <summary>A UDP datagram.</summary>
    public static byte[] Udp(IPEndPoint source, IPEndPoint destination, ReadOnlySpan<byte> payload)
    {
        var datagram = new byte[8 + payload.Length];
        WritePorts(datagram, source, destination);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        payload.CopyTo(datagram.AsSpan(8));
        Seal(datagram, 6, source.Address, destination.Address, (byte)ProbeProtocol.Udp);
        return Ip(source.Address, destination.Address, (byte)ProbeProtocol.Udp, datagram);
    }

    /// <summary>A TCP segment without data.</summary>
    /// <param name="source">Who is said to send it.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="flags">Its flags (RFC 9293, section 3.1), FIN lowest.</param>
    public static byte[] Tcp(IPEndPoint source, IPEndPoint destination, byte flags)
    {
        var segment = new byte[20];
        WritePorts(segment, source, destination);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), (uint)Random.Shared.Next());
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), (uint)Random.Shared.Next());
        segment[12] = 5 << 4; // Five words of header.
        segment[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), ushort.MaxValue);
        Seal(segment, 16, source.Address, destination.Address, (byte)ProbeProtocol.Tcp);
        return Ip(source.Address, destination.Address, (byte)ProbeProtocol.Tcp, segment);
    }

    /// <summary>A message of ICMP or ICMPv6.</summary>
    /// <param name="source">Who is said to send it.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="type">Its type.</param>
    /// <param name="rest">What follows type, code 0 and checksum.</param>
    /// <param name="hopLimit">255 where a receiver insists on it.</param>
    public static byte[] Icmp(
        IPAddress source, IPAddress destination, byte type, ReadOnlySpan<byte> rest, byte hopLimit = UsualHopLimit)
    {
        byte[] message = [type, 0, 0, 0, .. rest];
        if (source.AddressFamily == AddressFamily.InterNetworkV6)
        {
            Seal(message, 2, source, destination, Icmpv6);
            return Ip(source, destination, Icmpv6, message, hopLimit);
        }

        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), InternetChecksum.Of(message));
        return Ip(source, destination, (byte)ProbeProtocol.Icmp, message, hopLimit);
    }

    private static void WritePorts(Span<byte> header, IPEndPoint source, IPEndPoint destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)destination.Port);
    }

    private static void Seal(Span<byte> packet, int at, IPAddress source, IPAddress destination, byte protocol)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet[at..], InternetChecksum.Of(source, destination, protocol, packet));
    }

    /// <summary>RFC 791, section 3.1.</summary>
    private static byte[] Version4(
        IPAddress source, IPAddress destination, byte protocol, int contentLength, byte hopLimit, ushort fragment)
    {
        var header = new byte[Version4HeaderLength];
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(header.Length + contentLength));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)Random.Shared.Next());
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), fragment);
        header[8] = hopLimit;
        header[9] = protocol;
        source.GetAddressBytes().CopyTo(header, 12);
        destination.GetAddressBytes().CopyTo(header, 16);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), InternetChecksum.Of(header));
        return header;
    }

    /// <summary>RFC 8200, section 3.</summary>
    private static byte[] Version6(IPAddress source, IPAddress destination, byte nextHeader, int contentLength, byte hopLimit)
    {
        var header = new byte[Version6HeaderLength];
        header[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)contentLength);
        header[6] = nextHeader;
        header[7] = hopLimit;
        source.GetAddressBytes().CopyTo(header, 8);
        destination.GetAddressBytes().CopyTo(header, 24);
        return header;
    }
}
