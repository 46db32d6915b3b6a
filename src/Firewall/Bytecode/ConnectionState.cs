// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>States of a connection as bits, in the machine's byte order (linux/netfilter/nf_conntrack_common.h).</summary>
internal static class ConnectionState
{
    /// <summary>The bits of a list such as <c>established,related</c>.</summary>
    public static byte[] Bits(string list)
    {
        var bits = list.Split(',').Aggregate(0u, (sum, state) => sum | state switch
        {
            "invalid" => 1u,
            "established" => 2u,
            "related" => 4u,
            "new" => 8u,
            _ => throw new UnknownWordException(state),
        });
        return BitConverter.GetBytes(bits);
    }
}
