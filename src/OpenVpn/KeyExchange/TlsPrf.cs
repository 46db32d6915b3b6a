// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace LeakVerifier.OpenVpn.KeyExchange;

/// <summary>
/// The pseudo-random function of TLS 1.0 (RFC 2246, 5), which key method 2 uses whatever TLS version carries it:
/// P_MD5 of the secret's first half, exclusive or P_SHA-1 of its second.
/// </summary>
internal static class TlsPrf
{
    private delegate void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> tag);

    /// <param name="secret">Any length; the halves overlap in one byte when it is odd.</param>
    /// <param name="label">ASCII.</param>
    /// <param name="seed">Any length.</param>
    /// <param name="output">Filled in whole.</param>
    public static void Derive(ReadOnlySpan<byte> secret, string label, ReadOnlySpan<byte> seed, Span<byte> output)
    {
        byte[] labelledSeed = [.. Encoding.ASCII.GetBytes(label), .. seed];
        var half = (secret.Length + 1) / 2;
        var sha1 = new byte[output.Length];
        Expand(HmacMd5, HMACMD5.HashSizeInBytes, secret[..half], labelledSeed, output);
        Expand(HmacSha1, HMACSHA1.HashSizeInBytes, secret[^half..], labelledSeed, sha1);
        for (var i = 0; i < output.Length; i++)
        {
            output[i] ^= sha1[i];
        }
    }

    /// <summary>P_hash: HMAC(A(1) · seed) · HMAC(A(2) · seed) …, A(0) = seed, A(i) = HMAC(A(i-1)).</summary>
    private static void Expand(Hmac hmac, int tagLength, ReadOnlySpan<byte> key, byte[] seed, Span<byte> output)
    {
        var message = new byte[tagLength + seed.Length];
        seed.CopyTo(message, tagLength);
        var a = message.AsSpan(0, tagLength);
        hmac(key, seed, a);
        Span<byte> tag = stackalloc byte[HMACSHA1.HashSizeInBytes];
        tag = tag[..tagLength];
        while (output.Length > 0)
        {
            hmac(key, message, tag);
            var count = Math.Min(tag.Length, output.Length);
            tag[..count].CopyTo(output);
            output = output[count..];
            hmac(key, a, tag);
            tag.CopyTo(a);
        }
    }

    [SuppressMessage("Security", "CA5351", Justification = "The protocol's; nothing else opens it.")]
    private static void HmacMd5(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> tag)
    {
        HMACMD5.HashData(key, message, tag);
    }

    [SuppressMessage("Security", "CA5350", Justification = "The protocol's; nothing else opens it.")]
    private static void HmacSha1(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> tag)
    {
        HMACSHA1.HashData(key, message, tag);
    }
}
