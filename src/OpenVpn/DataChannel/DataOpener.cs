// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;

namespace LeakVerifier.OpenVpn.DataChannel;

/// <summary>Decrypts the packets of one direction under one key.</summary>
internal sealed class DataOpener(DataKey key) : IDisposable
{
    private readonly AeadCipher _cipher = new(key);

    /// <summary>Authenticates and decrypts; whether it is a replay is the caller's question.</summary>
    /// <param name="packet">The packet's parts.</param>
    /// <param name="payload">At least as long as the ciphertext.</param>
    public bool TryOpen(in DataPacket packet, Span<byte> payload)
    {
        Span<byte> nonce = stackalloc byte[AeadCipher.NonceLength];
        BinaryPrimitives.WriteUInt32BigEndian(nonce, packet.PacketId);
        key.ImplicitNonce.CopyTo(nonce[sizeof(uint)..]);
        var plain = payload[..packet.Ciphertext.Length];
        return _cipher.TryDecrypt(nonce, packet.Ciphertext, packet.Tag, plain, packet.Header);
    }

    public void Dispose() => _cipher.Dispose();
}
