// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using LeakVerifier.Harness.Proofs;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>A packet to be sent.</summary>
/// <param name="Packet">The packet.</param>
/// <param name="Identifier">ICMP's identifier, which keeps the echo requests of two probes apart.</param>
/// <param name="IsKnown">Whether its connection is opened before the rules are loaded.</param>
internal sealed record Probe(Packet Packet, ushort Identifier, bool IsKnown)
{
    private const uint FirstSequence = 1000;
    private const uint SecondSequence = 5000;

    /// <summary>Its bytes, from the IP header on.</summary>
    public byte[] Bytes(WireMark mark)
    {
        var isReply = Packet[Field.ConnectionDirection] == 1;
        var place = !IsKnown ? new StreamPlace(FirstSequence, 0)
            : isReply ? new StreamPlace(SecondSequence + 1, FirstSequence + 1)
            : new StreamPlace(FirstSequence + 1, SecondSequence + 1);
        return PacketBytes.Of(Packet, mark, place, identifier: Identifier);
    }

    /// <summary>The packet as its bytes are: with the checksum that stands where others have ports.</summary>
    public Packet AsSent(byte[] bytes)
    {
        var isFragment = Packet.IsLaterFragment;
        var start = Packet.Family == IpFamily.Ip4 ? 20 : isFragment ? 48 : 40;
        var packet = Packet.With(Field.Transport, BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(start)));
        // Where a rule reads a later fragment's bytes as a header, it reads these as the flags.
        return isFragment ? packet.With(Field.TcpFlags, bytes[start + 13]) : packet;
    }

    /// <summary>The packets that open its connection: where they come from, and their bytes.</summary>
    public IEnumerable<(bool IsFirst, Packet Packet, byte[] Bytes)> Opening()
    {
        var isReply = Packet[Field.ConnectionDirection] == 1;
        var (first, second) = isReply ? (FlowOpener.Reversed(Packet), Packet) : (Packet, FlowOpener.Reversed(Packet));
        yield return Step(true, first, 0x02, new StreamPlace(FirstSequence, 0));
        yield return Step(false, second, 0x12, new StreamPlace(SecondSequence, FirstSequence + 1));
        if (Packet.Protocol == 6)
        {
            yield return Step(true, first, 0x10, new StreamPlace(FirstSequence + 1, SecondSequence + 1));
        }
    }

    public override string ToString() => PacketText.Of(Packet);

    private (bool IsFirst, Packet Packet, byte[] Bytes) Step(bool isFirst, Packet packet, byte flags, StreamPlace place)
    {
        packet = packet.With(Field.TcpFlags, flags).With(Field.HopLimit, 64);
        return (isFirst, packet, PacketBytes.Of(packet, new WireMark(0, 0), place, identifier: Identifier));
    }
}
