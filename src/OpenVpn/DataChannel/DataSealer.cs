// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.DataChannel;

/// <summary>Encrypts packets (version 2) of one direction under one key.</summary>
internal sealed class DataSealer(DataKey key, int keyId, int peerId) : IDisposable
{
    private readonly AeadCipher _cipher = new(key);
    private uint _packetId;

    /// <summary>
    /// Whether the packet ids are used up, so that nothing more may be sent: a nonce must not come twice.
    /// </summary>
    public bool IsExhausted => _packetId == uint.MaxValue;

    /// <param name="payload">An IP packet or one of the tunnel's own messages.</param>
    /// <param name="packet">At least <see cref="DataPacket.Overhead"/> bytes longer.</param>
    /// <returns>Bytes written.</returns>
    public int Seal(ReadOnlySpan<byte> payload, Span<byte> packet)
    {
        var header = packet[..DataPacket.HeaderLength];
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)peerId);
        header[0] = PacketHead.Of(Opcode.DataV2, keyId);
        BinaryPrimitives.WriteUInt32BigEndian(header[sizeof(uint)..], checked(++_packetId));

        Span<byte> nonce = stackalloc byte[AeadCipher.NonceLength];
        BinaryPrimitives.WriteUInt32BigEndian(nonce, _packetId);
        key.ImplicitNonce.CopyTo(nonce[sizeof(uint)..]);
        var tag = packet.Slice(DataPacket.HeaderLength, AeadCipher.TagLength);
        _cipher.Encrypt(nonce, payload, packet.Slice(DataPacket.Overhead, payload.Length), tag, header);
        return DataPacket.Overhead + payload.Length;
    }

    public void Dispose() => _cipher.Dispose();
}
