// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.OpenVpn.DataChannel;

/// <summary>An address inside the tunnel, of either family, to be compared without allocating.</summary>
internal readonly record struct InnerAddress(AddressFamily Family, UInt128 Value)
{
    public static InnerAddress Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == sizeof(uint) ? Of4(bytes) : Of6(bytes);
    }

    public static InnerAddress Of4(ReadOnlySpan<byte> bytes)
    {
        return new(AddressFamily.InterNetwork, BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }

    public static InnerAddress Of6(ReadOnlySpan<byte> bytes)
    {
        return new(AddressFamily.InterNetworkV6, BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }
}

/// <summary>
/// Reads the addresses of an IP packet (RFC 791, RFC 8200); the rest of it is nobody's business here.
/// </summary>
internal static class IpPacket
{
    private const int Length4 = 20;
    private const int Length6 = 40;

    public static bool TryReadSource(ReadOnlySpan<byte> packet, out InnerAddress source)
    {
        return TryRead(packet, 12, 8, out source);
    }

    public static bool TryReadDestination(ReadOnlySpan<byte> packet, out InnerAddress destination)
    {
        return TryRead(packet, 16, 24, out destination);
    }

    private static bool TryRead(ReadOnlySpan<byte> packet, int offset4, int offset6, out InnerAddress address)
    {
        address = default;
        var version = packet.Length > 0 ? packet[0] >> 4 : 0;
        if (version == 4 && packet.Length >= Length4)
        {
            address = InnerAddress.Of4(packet[offset4..]);
            return true;
        }

        if (version == 6 && packet.Length >= Length6)
        {
            address = InnerAddress.Of6(packet[offset6..]);
            return true;
        }

        return false;
    }
}
