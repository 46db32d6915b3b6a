// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>The flags of a TCP segment as bits (RFC 9293, section 3.1).</summary>
internal static class TcpFlags
{
    private static readonly string[] Names = ["fin", "syn", "rst", "psh", "ack", "urg"];

    /// <summary>The bits of a list such as <c>fin,syn</c>.</summary>
    public static byte Bits(string list)
    {
        return (byte)list.Split(',').Aggregate(0, (bits, name) => Array.IndexOf(Names, name) is >= 0 and var bit
            ? bits | (1 << bit)
            : throw new UnknownWordException(name));
    }
}
