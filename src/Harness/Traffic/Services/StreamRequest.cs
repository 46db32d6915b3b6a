// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace LeakVerifier.Harness.Traffic.Services;

/// <summary>
/// The first line of a connection that asks for a stream: <c>stream TEXT</c> and a line feed. The service then sends
/// the text over and over, and takes what comes without echoing it.
/// </summary>
public static class StreamRequest
{
    /// <summary>The longest line.</summary>
    public const int MaximumLength = 64;

    /// <summary>The rate of a stream, in bytes: about half a Mbit/s.</summary>
    public const int BytesPerSecond = 64 * 1024;

    private static ReadOnlySpan<byte> Opening => "stream "u8;

    /// <summary>Formats the line.</summary>
    /// <param name="text">What is to be sent, such as a nonce.</param>
    public static byte[] Format(string text)
    {
        return Encoding.ASCII.GetBytes($"stream {text}\n");
    }

    /// <summary>Whether more bytes could make a request of these, which are none yet.</summary>
    public static bool MayBecomeOne(ReadOnlySpan<byte> bytes)
    {
        var known = Math.Min(bytes.Length, Opening.Length);
        return bytes.Length < MaximumLength
            && bytes[..known].SequenceEqual(Opening[..known])
            && bytes.IndexOf((byte)'\n') < 0;
    }

    /// <summary>Reads the line at the beginning of what came.</summary>
    /// <returns>The text; null when it is no such line.</returns>
    public static string? TryParse(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, MaximumLength)];
        var end = bytes.IndexOf((byte)'\n');
        return end > Opening.Length && bytes.StartsWith(Opening)
            ? Encoding.ASCII.GetString(bytes[Opening.Length..end])
            : null;
    }
}
