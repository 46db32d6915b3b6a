// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;

namespace LeakVerifier.Harness.Capture;

/// <summary>
/// A frame that the capture point sends to itself through the captured link: once the capture has seen it, it has seen
/// everything before it.
/// </summary>
internal static class Sentinel
{
    private const int HeaderLength = 14;
    private const int NonceLength = 16;

    /// <summary>The nearest bridge's group, which no bridge forwards (IEEE 802.1Q, table 8-1).</summary>
    private static readonly byte[] NearestBridge = [0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e];

    /// <summary>Makes a sentinel with a nonce of its own.</summary>
    public static byte[] Create(MacAddress source)
    {
        var frame = new byte[HeaderLength + NonceLength];
        NearestBridge.CopyTo(frame, 0);
        for (var index = 0; index < MacAddress.Length; index++)
        {
            frame[MacAddress.Length + index] = (byte)(source.Value >> (8 * (MacAddress.Length - 1 - index)));
        }

        frame[12] = EtherTypes.LocalExperimental >> 8;
        frame[13] = EtherTypes.LocalExperimental & 0xff;
        RandomNumberGenerator.Fill(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>Whether a captured frame is a sentinel, of whatever nonce, from this interface.</summary>
    public static bool IsSentBy(MacAddress source, ReadOnlySpan<byte> frame)
    {
        return frame.Length >= HeaderLength
            && frame.StartsWith(NearestBridge)
            && frame[12] == EtherTypes.LocalExperimental >> 8
            && frame[13] == (EtherTypes.LocalExperimental & 0xff)
            && MacAddress.Read(frame[MacAddress.Length..]) == source;
    }

    /// <summary>Whether a captured frame is this sentinel; the link may have padded it.</summary>
    public static bool Matches(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> sentinel)
    {
        return frame.StartsWith(sentinel);
    }
}
