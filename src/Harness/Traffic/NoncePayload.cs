// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Text;

namespace LeakVerifier.Harness.Traffic;

/// <summary>Payloads that name their probe wherever they are cut.</summary>
public static class NoncePayload
{
    /// <summary>Bytes of a numbered datagram: nonce, number, nonce.</summary>
    public const int DatagramLength = ProbeNonce.Length + NumberLength + ProbeNonce.Length;

    /// <summary>Every slice of a stream of this many bytes contains a whole nonce.</summary>
    public const int SliceLength = 2 * ProbeNonce.Length;

    private const int NumberLength = 16;

    /// <summary>Writes a datagram that begins with the nonce and carries a number.</summary>
    /// <param name="nonce">A nonce of <see cref="ProbeNonce"/>.</param>
    /// <param name="number">The number, from 0 on.</param>
    /// <param name="buffer">At least <see cref="DatagramLength"/> bytes.</param>
    /// <returns>The bytes written: <see cref="DatagramLength"/>.</returns>
    public static int WriteDatagram(string nonce, long number, Span<byte> buffer)
    {
        var rest = buffer[Encoding.ASCII.GetBytes(nonce, buffer)..];
        Utf8Formatter.TryFormat(number, rest[..NumberLength], out _, new('D', NumberLength - 1));
        rest[NumberLength - 1] = (byte)' ';
        Encoding.ASCII.GetBytes(nonce, rest[NumberLength..]);
        return DatagramLength;
    }

    /// <summary>Reads the number of a datagram back.</summary>
    /// <returns>False when it is no datagram of this nonce.</returns>
    public static bool TryReadDatagram(string nonce, ReadOnlySpan<byte> datagram, out long number)
    {
        number = 0;
        return datagram.Length >= DatagramLength
            && Ascii.Equals(datagram[..ProbeNonce.Length], nonce)
            && Utf8Parser.TryParse(datagram.Slice(ProbeNonce.Length, NumberLength - 1), out number, out var used)
            && used == NumberLength - 1;
    }

    /// <summary>
    /// The nonce over and over without a gap: segments begin where TCP pleases, also when they are sent again.
    /// </summary>
    /// <param name="nonce">A nonce of <see cref="ProbeNonce"/>.</param>
    /// <param name="minimumLength">Bytes wanted; the result is the next multiple of the nonce's length.</param>
    public static byte[] Stream(string nonce, int minimumLength)
    {
        var repeats = (minimumLength + nonce.Length - 1) / nonce.Length;
        var bytes = new byte[repeats * nonce.Length];
        for (var at = 0; at < bytes.Length; at += nonce.Length)
        {
            Encoding.ASCII.GetBytes(nonce, bytes.AsSpan(at));
        }

        return bytes;
    }
}
