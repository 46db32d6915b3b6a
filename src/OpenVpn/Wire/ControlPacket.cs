// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Wire;

/// <summary>
/// A packet of the control channel without its wrapping:
/// <c>head · sender's session id · n · n acknowledged ids · [receiver's session id, if n > 0] · [packet id] · payload</c>.
/// An acknowledgement has no packet id and no payload.
/// </summary>
internal readonly ref struct ControlPacket
{
    /// <summary>The most ids that one packet acknowledges (RELIABLE_ACK_SIZE of the client).</summary>
    public const int MaximumAcknowledgements = 8;

    /// <summary>
    /// The longest payload that we send. With it, the head, four acknowledgements and the wrapping a packet stays
    /// under the client's default limit of 1250 bytes (--max-packet-size).
    /// </summary>
    public const int MaximumSentPayload = 1100;

    /// <summary>The longest packet of the control channel that we read or write, wrapping included.</summary>
    public const int MaximumLength = 2048;

    public Opcode Opcode { get; private init; }

    public int KeyId { get; private init; }

    public SessionId Sender { get; private init; }

    /// <summary>The session that the acknowledged ids belong to; the default when nothing is acknowledged.</summary>
    public SessionId Receiver { get; private init; }

    /// <summary>The acknowledged ids, four bytes each.</summary>
    public ReadOnlySpan<byte> Acknowledged { get; private init; }

    /// <summary>Counts up from 0 per key id and direction.</summary>
    public uint PacketId { get; private init; }

    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <returns>False for what a client cannot have sent: an unknown kind, too short, too many acknowledgements.</returns>
    public static bool TryParse(ReadOnlySpan<byte> packet, out ControlPacket parsed)
    {
        parsed = default;
        var reader = new WireReader(packet);
        if (packet.Length > MaximumLength
            || !reader.TryReadByte(out var head)
            || !PacketHead.IsClientControl(PacketHead.OpcodeOf(head))
            || !reader.TryReadSessionId(out var sender)
            || !reader.TryReadByte(out var count)
            || count > MaximumAcknowledgements
            || !reader.TryReadBytes(count * sizeof(uint), out var acknowledged))
        {
            return false;
        }

        SessionId receiver = default;
        uint packetId = 0;
        var opcode = PacketHead.OpcodeOf(head);
        if ((count > 0 && !reader.TryReadSessionId(out receiver))
            || (opcode != Opcode.Acknowledgement && !reader.TryReadUInt32(out packetId))
            || (opcode == Opcode.Acknowledgement && reader.Rest.Length > 0))
        {
            return false;
        }

        parsed = new ControlPacket
        {
            Opcode = opcode,
            KeyId = PacketHead.KeyIdOf(head),
            Sender = sender,
            Receiver = receiver,
            Acknowledged = acknowledged,
            PacketId = packetId,
            Payload = reader.Rest,
        };
        return true;
    }

    /// <summary>Writes a packet; the payload is ignored for an acknowledgement.</summary>
    public static void Write(
        ref WireWriter writer,
        byte head,
        SessionId sender,
        SessionId receiver,
        ReadOnlySpan<uint> acknowledged,
        uint packetId,
        ReadOnlySpan<byte> payload)
    {
        writer.WriteByte(head);
        writer.WriteSessionId(sender);
        writer.WriteByte((byte)acknowledged.Length);
        foreach (var id in acknowledged)
        {
            writer.WriteUInt32(id);
        }

        if (acknowledged.Length > 0)
        {
            writer.WriteSessionId(receiver);
        }

        if (PacketHead.OpcodeOf(head) != Opcode.Acknowledgement)
        {
            writer.WriteUInt32(packetId);
            writer.WriteBytes(payload);
        }
    }
}
