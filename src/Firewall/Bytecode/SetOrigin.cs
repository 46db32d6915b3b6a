// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>
/// What nft notes with a set inside of a rule about the value that is looked up: it needs that to list the set's members
/// by their names (nft's src/netlink.c and src/mnl.c, NFTNL_UDATA_SET_*). The kernel keeps it and makes nothing of it.
/// </summary>
internal static class SetOrigin
{
    private const byte ByteOrderOfKey = 0; // NFTNL_UDATA_SET_KEYBYTEORDER
    private const byte MergesElements = 2; // NFTNL_UDATA_SET_MERGE_ELEMENTS
    private const byte TypeOfKey = 3; // NFTNL_UDATA_SET_KEY_TYPEOF
    private const uint Host = 1; // BYTEORDER_HOST_ENDIAN
    private const uint Network = 2; // BYTEORDER_BIG_ENDIAN

    // include/expression.h, enum expr_types
    private const uint Payload = 7;
    private const uint Meta = 9;
    private const uint Fib = 26;

    /// <summary>Of a field of a header.</summary>
    public static byte[] Of(HeaderField field, bool isInterval)
    {
        byte[] merges = isInterval ? Number(MergesElements, 1) : [];
        return [.. Number(ByteOrderOfKey, Network), .. merges, .. TypeOf(Payload, field.Header, field.Index)];
    }

    /// <summary>Of a fact of the packet.</summary>
    public static byte[] OfMeta(uint key, bool isNetworkOrder)
    {
        return [.. Number(ByteOrderOfKey, isNetworkOrder ? Network : Host), .. TypeOf(Meta, key)];
    }

    /// <summary>Of an answer of the routing table.</summary>
    public static byte[] OfRoute(uint result, uint flags) => [.. Number(ByteOrderOfKey, Host), .. TypeOf(Fib, result, flags)];

    private static byte[] TypeOf(uint expression, params ReadOnlySpan<uint> parts)
    {
        var list = new List<byte>();
        for (var index = 0; index < parts.Length; index++)
        {
            list.AddRange(Number((byte)index, parts[index]));
        }

        return Entry(TypeOfKey, [.. Number(0, expression), .. Entry(1, [.. list])]);
    }

    private static byte[] Number(byte type, uint value) => Entry(type, BitConverter.GetBytes(value));

    private static byte[] Entry(byte type, byte[] value) => [type, (byte)value.Length, .. value];
}
