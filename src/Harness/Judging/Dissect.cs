// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LeakVerifier.Harness.Capture;
using PacketDotNet;
using PacketDotNet.Utils;

namespace LeakVerifier.Harness.Judging;

/// <summary>
/// Reads a frame's facts, from any bytes whatsoever. PacketDotNet decodes headers; it trusts the lengths inside them,
/// so they are checked here before.
/// </summary>
public static class Dissect
{
    private const int AddressesLength = 12;
    private const int ArpLength = 28;

    /// <summary>Ethernet's minimum (64 bytes, IEEE 802.3, clause 3.2.8) less the check sequence.</summary>
    private const int MinimumFrame = 60;

    /// <summary>The facts of a frame. Never throws: what cannot be read is a defect.</summary>
    public static FrameFacts Frame(in CapturedFrame frame)
    {
        if (!MemoryMarshal.TryGetArray(frame.Bytes, out var captured) || captured.Array is null)
        {
            captured = frame.Bytes.ToArray();
        }

        var facts = new FrameFacts
        {
            UnixNanoseconds = frame.UnixNanoseconds,
            Length = Math.Max(frame.OriginalLength, captured.Count),
            Nonce = NonceScanner.Find(captured),
        };
        try
        {
            return Link(facts, captured);
        }
#pragma warning disable CA1031 // However a decoder gives up, it makes a leak of the frame, not an end of judging.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return facts with { Defect = "cannot be decoded: " + exception.Message };
        }
    }

    private static FrameFacts Link(FrameFacts facts, ArraySegment<byte> frame)
    {
        if (frame.Count < AddressesLength + sizeof(ushort))
        {
            return facts with { Defect = "shorter than an Ethernet header" };
        }

        var offset = AddressesLength;
        var tags = 0;
        var etherType = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(offset));
        offset += sizeof(ushort);
        while (EtherTypes.IsTag(etherType) && frame.Count - offset >= 4)
        {
            tags++;
            etherType = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(offset + 2));
            offset += 4;
        }

        facts = facts with
        {
            Destination = MacAddress.Read(frame),
            Source = MacAddress.Read(frame.AsSpan(MacAddress.Length)),
            EtherType = etherType,
            VlanTags = tags,
        };
        var packet = new PacketWindow(frame, offset, facts.Length);
        return etherType switch
        {
            EtherTypes.IPv4 => DissectIp.Version4(facts, packet),
            EtherTypes.IPv6 => DissectIp.Version6(facts, packet),
            EtherTypes.Arp => Arp(facts, packet),
            _ => facts,
        };
    }

    private static FrameFacts Arp(FrameFacts facts, PacketWindow packet)
    {
        var bytes = packet.Bytes;
        if (bytes.Length < ArpLength)
        {
            return facts with { Defect = "shorter than an ARP packet" };
        }

        // Ethernet, IPv4, and the lengths of their addresses (RFC 826).
        if (!bytes[..6].SequenceEqual<byte>([0, 1, 8, 0, MacAddress.Length, 4]))
        {
            return facts with { Defect = "ARP for something else than IPv4 over Ethernet" };
        }

        var arp = new ArpPacket(packet.Segment(ArpLength));
        return facts with
        {
            HasTrailer = HasTrailer(packet, ArpLength),
            Arp = new ArpFacts(
                (ushort)arp.Operation,
                MacAddress.Read(arp.SenderHardwareAddress.GetAddressBytes()),
                arp.SenderProtocolAddress,
                arp.TargetProtocolAddress),
        };
    }

    /// <summary>Whether a packet of this length is followed by more than padding.</summary>
    internal static bool HasTrailer(PacketWindow packet, int length)
    {
        return packet.LengthOnWire > length
            && (packet.FrameLength > MinimumFrame
                || packet.Bytes[Math.Min(length, packet.Bytes.Length)..].ContainsAnyExcept((byte)0));
    }

    /// <summary>The part of a frame that a header and what it encloses occupy.</summary>
    /// <param name="Frame">The whole frame, as far as it was captured.</param>
    /// <param name="Offset">Where the part begins, in bytes.</param>
    /// <param name="FrameLength">The length of the frame on the wire, in bytes.</param>
    internal readonly record struct PacketWindow(ArraySegment<byte> Frame, int Offset, int FrameLength)
    {
        /// <summary>What was captured of it.</summary>
        public ReadOnlySpan<byte> Bytes => Frame.AsSpan(Offset);

        /// <summary>How long it is on the wire, in bytes, trailers included.</summary>
        public int LengthOnWire => FrameLength - Offset;

        /// <summary>The same bytes, as the decoder wants them.</summary>
        public ByteArraySegment Segment(int length)
        {
            var start = Frame.Offset + Offset;
            return new ByteArraySegment(Frame.Array, start, length, start + length);
        }

        /// <summary>The part that begins later and, on the wire, ends after <paramref name="length"/> bytes.</summary>
        public PacketWindow Inner(int offset, int length)
        {
            var start = Offset + offset;
            var end = Math.Min(start + length, Frame.Count);
            return new PacketWindow(Frame[..end], start, start + length);
        }
    }
}
