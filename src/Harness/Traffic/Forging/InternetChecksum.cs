// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;

namespace LeakVerifier.Harness.Traffic.Forging;

/// <summary>The checksum of the internet protocols (RFC 1071).</summary>
internal static class InternetChecksum
{
    /// <summary>Of bytes alone.</summary>
    public static ushort Of(ReadOnlySpan<byte> bytes) => Fold(Sum(bytes));

    /// <summary>Of a transport's packet with the pseudo-header of its addresses (RFC 9293, section 3.1; RFC 8200,
    /// section 8.1).</summary>
    public static ushort Of(IPAddress source, IPAddress destination, byte protocol, ReadOnlySpan<byte> packet)
    {
        var sum = Sum(source.GetAddressBytes()) + Sum(destination.GetAddressBytes()) + protocol + (uint)packet.Length;
        var checksum = Fold(sum + Sum(packet));
        return checksum == 0 ? ushort.MaxValue : checksum; // UDP: 0 means that there is none.
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (; bytes.Length > 1; bytes = bytes[2..])
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        }

        return bytes.IsEmpty ? sum : sum + (uint)(bytes[0] << 8);
    }

    private static ushort Fold(uint sum)
    {
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
