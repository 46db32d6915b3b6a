// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;

namespace LeakVerifier.Harness.Proofs;

/// <summary>What a packet carries so that it is known again: a number that nobody else uses, in a frame of magic.</summary>
/// <param name="Magic">Random, the same for all packets of a lab.</param>
/// <param name="Number">The packet's number, from 1.</param>
internal readonly record struct WireMark(uint Magic, ushort Number)
{
    private const int Length = 8;
    private const int EthernetHeader = 14;

    /// <summary>Bytes full of the mark.</summary>
    public byte[] Fill(int length)
    {
        Span<byte> one = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(one, Magic);
        BinaryPrimitives.WriteUInt16BigEndian(one[4..], Number);
        BinaryPrimitives.WriteUInt16BigEndian(one[6..], (ushort)~Number);
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = one[i % Length];
        }

        return bytes;
    }

    /// <summary>The number of the packet that a frame is, or is a part of; 0: none of ours.</summary>
    /// <remarks>Somebody else's error message that quotes a packet is not the packet.</remarks>
    public static ushort Find(uint magic, ReadOnlySpan<byte> frame)
    {
        if (frame.Length < EthernetHeader + 20 || IsErrorMessage(frame[EthernetHeader..]))
        {
            return 0;
        }

        var packet = frame[EthernetHeader..];
        for (var at = 20; at + Length <= packet.Length; at++)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(packet[at..]) == magic)
            {
                var number = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 4)..]);
                if (BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 6)..]) == (ushort)~number)
                {
                    return number;
                }
            }
        }

        return 0;
    }

    /// <summary>The number in a frame's IP header, where the frame is too short for a mark; 0: it is not.</summary>
    public static ushort FindInHeader(ReadOnlySpan<byte> frame)
    {
        const int longest = EthernetHeader + 40 + 8 + 2;
        var packet = frame.Length is >= EthernetHeader + 20 and <= longest ? frame[EthernetHeader..] : [];
        return packet switch
        {
            [0x45, ..] when BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) <= 24 => BinaryPrimitives.ReadUInt16BigEndian(packet[4..]),
            [0x60, ..] => BinaryPrimitives.ReadUInt16BigEndian(packet[2..]),
            _ => 0,
        };
    }

    // Destination unreachable, source quench, redirect, time exceeded, parameter problem (RFC 792, RFC 4443).
    private static bool IsErrorMessage(ReadOnlySpan<byte> packet)
    {
        return (packet[0] >> 4) switch
        {
            4 => packet[9] == 1 && packet.Length > 20 && packet[20] is 3 or 4 or 5 or 11 or 12,
            6 => packet[6] == 58 && packet.Length > 40 && packet[40] is (> 0 and < 5) or 137,
            _ => true,
        };
    }
}
