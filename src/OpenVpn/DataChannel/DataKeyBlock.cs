// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.DataChannel;

/// <summary>
/// The 256 bytes that a key exchange yields: for each direction 64 bytes for the cipher, then 64 of which AEAD
/// ciphers take the part of the nonce that is not sent.
/// </summary>
internal sealed class DataKeyBlock(byte[] bytes)
{
    public const int Length = 256;

    private const int DirectionLength = 128;
    private const int CipherLength = 64;

    /// <summary>What the client encrypts with.</summary>
    public DataKey ClientToServer(DataCipher cipher) => Cut(cipher, bytes.AsSpan(0, DirectionLength));

    /// <summary>What the server encrypts with.</summary>
    public DataKey ServerToClient(DataCipher cipher) => Cut(cipher, bytes.AsSpan(DirectionLength));

    private static DataKey Cut(DataCipher cipher, ReadOnlySpan<byte> direction)
    {
        var key = direction[..cipher.KeyLength()];
        return new DataKey(cipher, key.ToArray(), direction.Slice(CipherLength, DataKey.ImplicitNonceLength).ToArray());
    }
}
