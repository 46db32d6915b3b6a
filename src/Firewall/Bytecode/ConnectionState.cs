// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>What is known of a connection as bits, in the machine's byte order (linux/netfilter/nf_conntrack_common.h).</summary>
internal static class ConnectionState
{
    /// <summary>The bits of a list of states such as <c>established,related</c>.</summary>
    public static byte[] Bits(string list) => Sum(list, word => word switch
    {
        "invalid" => 1,
        "established" => 2,
        "related" => 4,
        "new" => 8,
        _ => throw new UnknownWordException(word),
    });

    /// <summary>The bits of a list of <c>ct status</c> (enum ip_conntrack_status).</summary>
    public static byte[] StatusBits(string list) => Sum(list, word => word switch
    {
        "confirmed" => 8,
        "snat" => 16,
        _ => throw new UnknownWordException(word),
    });

    private static byte[] Sum(string list, Func<string, uint> bit)
    {
        return BitConverter.GetBytes(list.Split(',').Aggregate(0u, (sum, word) => sum | bit(word)));
    }
}
