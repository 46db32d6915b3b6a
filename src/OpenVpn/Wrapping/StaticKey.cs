// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text;

namespace LeakVerifier.OpenVpn.Wrapping;

/// <summary>
/// A key file as <c>openvpn --genkey</c> writes it: two halves, one per direction, each with 64 bytes for a cipher
/// and 64 for an HMAC.
/// </summary>
public sealed class StaticKey
{
    private const int Length = 256;
    private const int HalfLength = 128;
    private const int CipherLength = 64;
    private const int BytesPerLine = 16;

    private readonly byte[] _bytes;

    private StaticKey(byte[] bytes)
    {
        _bytes = bytes;
    }

    /// <summary>A new random key.</summary>
    public static StaticKey Generate() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>
    /// The key file's text, which a client takes between <c>&lt;tls-auth&gt;</c> or <c>&lt;tls-crypt&gt;</c>.
    /// </summary>
    public string ToText()
    {
        var text = new StringBuilder("-----BEGIN OpenVPN Static key V1-----\n");
        foreach (var line in _bytes.Chunk(BytesPerLine))
        {
            text.Append(Convert.ToHexStringLower(line)).Append('\n');
        }

        return text.Append("-----END OpenVPN Static key V1-----\n").ToString();
    }

    /// <summary>The key as the other side uses it: the halves exchanged.</summary>
    internal StaticKey Exchanged() => new([.. _bytes[HalfLength..], .. _bytes[..HalfLength]]);

    /// <param name="half">0: the direction that the server sends in; 1: the client.</param>
    internal ReadOnlySpan<byte> CipherKey(int half) => _bytes.AsSpan(half * HalfLength, CipherLength);

    /// <param name="half">See <see cref="CipherKey"/>.</param>
    internal ReadOnlySpan<byte> HmacKey(int half)
    {
        return _bytes.AsSpan((half * HalfLength) + CipherLength, HalfLength - CipherLength);
    }
}
