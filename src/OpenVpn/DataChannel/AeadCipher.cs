// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;

namespace LeakVerifier.OpenVpn.DataChannel;

/// <summary>A keyed AEAD cipher. Not for several threads at once.</summary>
internal sealed class AeadCipher : IDisposable
{
    public const int TagLength = 16;
    public const int NonceLength = 12;

    private readonly AesGcm? _aes;
    private readonly ChaCha20Poly1305? _chaCha;

    public AeadCipher(DataKey key)
    {
        if (key.Cipher == DataCipher.ChaCha20Poly1305)
        {
            _chaCha = new ChaCha20Poly1305(key.Key);
        }
        else
        {
            _aes = new AesGcm(key.Key, TagLength);
        }
    }

    public void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> cipher, Span<byte> tag, ReadOnlySpan<byte> header)
    {
        if (_aes is not null)
        {
            _aes.Encrypt(nonce, plain, cipher, tag, header);
        }
        else
        {
            _chaCha!.Encrypt(nonce, plain, cipher, tag, header);
        }
    }

    /// <returns>False when the tag does not match.</returns>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> cipher,
        ReadOnlySpan<byte> tag,
        Span<byte> plain,
        ReadOnlySpan<byte> header)
    {
        try
        {
            if (_aes is not null)
            {
                _aes.Decrypt(nonce, cipher, tag, plain, header);
            }
            else
            {
                _chaCha!.Decrypt(nonce, cipher, tag, plain, header);
            }

            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _aes?.Dispose();
        _chaCha?.Dispose();
    }
}
