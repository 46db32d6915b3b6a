// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.DataChannel;

/// <summary>
/// What the payload of a data packet is, when it is no IP packet: two random constants of the protocol.
/// </summary>
internal static class TunnelMessage
{
    /// <summary>Keepalive (ping.c of OpenVPN).</summary>
    public static ReadOnlySpan<byte> Ping =>
        [0x2a, 0x18, 0x7b, 0xf3, 0x64, 0x1e, 0xb4, 0xcb, 0x07, 0xed, 0x2d, 0x0a, 0x98, 0x1f, 0xc7, 0x48];

    /// <summary>The sender leaves (occ.c of OpenVPN, type 6).</summary>
    public static ReadOnlySpan<byte> Exit =>
        [0x28, 0x7f, 0x34, 0x6b, 0xd4, 0xef, 0x7a, 0x81, 0x2d, 0x56, 0xb8, 0xd3, 0xaf, 0xc5, 0x45, 0x9c, 6];

    public static bool IsPing(ReadOnlySpan<byte> payload) => payload.SequenceEqual(Ping);

    public static bool IsExit(ReadOnlySpan<byte> payload) => payload.SequenceEqual(Exit);

    /// <summary>Whether it is any of the options-consistency messages, of which exit is one.</summary>
    public static bool IsOptionsMessage(ReadOnlySpan<byte> payload) => payload.StartsWith(Exit[..^1]);
}
