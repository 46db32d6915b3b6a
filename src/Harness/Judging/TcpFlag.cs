// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging;

/// <summary>Flags of a TCP header (RFC 9293, section 3.1).</summary>
internal static class TcpFlag
{
    /// <summary>Begins a connection.</summary>
    public const byte Syn = 0x02;

    /// <summary>Acknowledges.</summary>
    public const byte Ack = 0x10;

    /// <summary>Both: the answer to the beginning of a connection.</summary>
    public const byte SynAck = Syn | Ack;
}
