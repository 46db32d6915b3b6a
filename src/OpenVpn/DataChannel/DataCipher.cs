// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.DataChannel;

/// <summary>A cipher of the data channel. All are AEAD with a tag of 16 bytes and a nonce of 12.</summary>
public enum DataCipher
{
    /// <summary>AES-256-GCM.</summary>
    Aes256Gcm,

    /// <summary>AES-128-GCM.</summary>
    Aes128Gcm,

    /// <summary>CHACHA20-POLY1305 (RFC 8439).</summary>
    ChaCha20Poly1305,
}

/// <summary>Names and sizes of <see cref="DataCipher"/>.</summary>
public static class DataCiphers
{
    /// <summary>The name as the client's options and <c>IV_CIPHERS</c> spell it.</summary>
    public static string Name(this DataCipher cipher) => cipher switch
    {
        DataCipher.Aes256Gcm => "AES-256-GCM",
        DataCipher.Aes128Gcm => "AES-128-GCM",
        DataCipher.ChaCha20Poly1305 => "CHACHA20-POLY1305",
        _ => throw new ArgumentOutOfRangeException(nameof(cipher), cipher, "not a cipher"),
    };

    /// <summary>Bytes of the key.</summary>
    internal static int KeyLength(this DataCipher cipher) => cipher == DataCipher.Aes128Gcm ? 16 : 32;
}
