// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.DataChannel;

/// <summary>
/// The parts of an AEAD data packet. Version 2: <c>head · peer id (3) · packet id (4) · tag · ciphertext</c>, all
/// before the tag authenticated. Version 1: no peer id, and only the packet id authenticated.
/// </summary>
internal readonly ref struct DataPacket
{
    /// <summary>Bytes that a version 2 packet adds to its payload.</summary>
    public const int Overhead = HeaderLength + AeadCipher.TagLength;

    /// <summary>The longest packet that we read or write: a full Ethernet jumbo frame.</summary>
    public const int MaximumLength = 9216;

    /// <summary>Head, peer id, packet id of version 2.</summary>
    public const int HeaderLength = 8;

    private const int PeerIdLength = 3;

    public int KeyId { get; private init; }

    public uint PacketId { get; private init; }

    public ReadOnlySpan<byte> Header { get; private init; }

    public ReadOnlySpan<byte> Tag { get; private init; }

    public ReadOnlySpan<byte> Ciphertext { get; private init; }

    /// <returns>False when it is no data packet, or too short or too long for one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> packet, out DataPacket parsed)
    {
        parsed = default;
        var reader = new WireReader(packet);
        if (packet.Length > MaximumLength
            || !reader.TryReadByte(out var head)
            || !PacketHead.IsData(PacketHead.OpcodeOf(head)))
        {
            return false;
        }

        var peerIdLength = PacketHead.OpcodeOf(head) == Opcode.DataV2 ? PeerIdLength : 0;
        if (!reader.TryReadBytes(peerIdLength, out _)
            || !reader.TryReadUInt32(out var packetId)
            || !reader.TryReadBytes(AeadCipher.TagLength, out var tag))
        {
            return false;
        }

        parsed = new DataPacket
        {
            KeyId = PacketHead.KeyIdOf(head),
            PacketId = packetId,
            Header = peerIdLength > 0 ? packet[..HeaderLength] : packet.Slice(1, sizeof(uint)),
            Tag = tag,
            Ciphertext = reader.Rest,
        };
        return true;
    }
}
