// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;

namespace LeakVerifier.Harness.Traffic;

/// <summary>
/// What a service says about the address it sees: <c>peer ADDRESS PORT</c>, ended by a line feed (TCP) or a blank
/// (UDP).
/// </summary>
public static class PeerLine
{
    /// <summary>The longest line: "peer ", an IPv6 address, a blank, a port, the end.</summary>
    public const int MaximumLength = 5 + 45 + 1 + 5 + 1;

    private static ReadOnlySpan<byte> Opening => "peer "u8;

    /// <summary>Formats a line.</summary>
    /// <param name="peer">The address and port seen.</param>
    /// <param name="end">A line feed or a blank.</param>
    public static byte[] Format(IPEndPoint peer, char end)
    {
        return Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"peer {peer.Address} {peer.Port}{end}"));
    }

    /// <summary>Reads the line at the beginning of a text.</summary>
    /// <param name="text">What came; only its first <see cref="MaximumLength"/> bytes are looked at.</param>
    /// <param name="peer">The address and port that the service saw.</param>
    /// <param name="length">Bytes of the line, its end included.</param>
    /// <returns>False when it is no such line, or not yet a whole one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out IPEndPoint? peer, out int length)
    {
        peer = null;
        length = 0;
        text = text[..Math.Min(text.Length, MaximumLength)];
        if (!text.StartsWith(Opening))
        {
            return false;
        }

        var address = text[Opening.Length..];
        var blank = address.IndexOf((byte)' ');
        if (blank < 0
            || !IPAddress.TryParse(Encoding.ASCII.GetString(address[..blank]), out var parsed)
            || !Utf8Parser.TryParse(address[(blank + 1)..], out ushort port, out var used))
        {
            return false;
        }

        var end = Opening.Length + blank + 1 + used;
        if (end >= text.Length || text[end] is not ((byte)' ' or (byte)'\n'))
        {
            return false;
        }

        peer = new IPEndPoint(parsed, port);
        length = end + 1;
        return true;
    }
}
