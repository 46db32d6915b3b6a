// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>
/// One expression of a rule, with its attributes in the order in which the kernel lists them (net/netfilter/nft_*.c, the
/// dump functions), so that what is loaded can be compared with what is read.
/// </summary>
/// <remarks>All of them work in one register: what loads it is followed by what asks for its content.</remarks>
internal sealed class Expression
{
    private const uint Register = 1; // NFT_REG_1
    private const uint VerdictRegister = 0; // NFT_REG_VERDICT

    private readonly string _name;
    private readonly Action<NetlinkWriter> _write;

    private Expression(string name, Action<NetlinkWriter> write)
    {
        (_name, _write) = (name, write);
    }

    /// <summary>Counts; its numbers are no part of the rule.</summary>
    public static Expression Counter { get; } = new("counter", _ => { });

    /// <summary>Gives the packet the address of the interface that it leaves by.</summary>
    public static Expression Masquerade { get; } = new("masq", _ => { });

    /// <summary>Loads a fact of the packet that is not in it (linux/netfilter/nf_tables.h, enum nft_meta_keys).</summary>
    public static Expression Meta(uint key) => new("meta", writer =>
    {
        writer.BigEndian(2, key);
        writer.BigEndian(1, Register);
    });

    /// <summary>Loads a fact of the connection (enum nft_ct_keys).</summary>
    /// <param name="key">Which.</param>
    /// <param name="direction">0 original, 1 reply; null: of neither.</param>
    public static Expression Connection(uint key, byte? direction = null) => new("ct", writer =>
    {
        writer.BigEndian(1, Register);
        writer.BigEndian(2, key);
        if (direction is { } asked)
        {
            writer.Attribute(3, [asked]);
        }
    });

    /// <summary>Loads what the routing table says of the packet (enum nft_fib_result, nft_fib_flags).</summary>
    public static Expression Route(uint result, uint flags) => new("fib", writer =>
    {
        writer.BigEndian(1, Register);
        writer.BigEndian(2, result);
        writer.BigEndian(3, flags);
    });

    /// <summary>Loads bytes of the packet.</summary>
    /// <param name="origin">0 the link's header, 1 the network's, 2 the transport's (enum nft_payload_bases).</param>
    /// <param name="offset">The first, in bytes from there.</param>
    /// <param name="length">How many.</param>
    public static Expression Payload(uint origin, int offset, int length) => new("payload", writer =>
    {
        writer.BigEndian(1, Register);
        writer.BigEndian(2, origin);
        writer.BigEndian(3, (uint)offset);
        writer.BigEndian(4, (uint)length);
    });

    /// <summary>Loads bytes of an extension header of IPv6, or whether there is one.</summary>
    public static Expression ExtensionHeader(byte type, int offset, int length, bool isPresence) => new("exthdr", writer =>
    {
        writer.BigEndian(1, Register);
        writer.Attribute(2, [type]);
        writer.BigEndian(3, (uint)offset);
        writer.BigEndian(4, (uint)length);
        writer.BigEndian(5, isPresence ? 1u : 0u); // NFT_EXTHDR_F_PRESENT
        writer.BigEndian(6, 0); // NFT_EXTHDR_OP_IPV6
    });

    /// <summary>Keeps some bits of the register.</summary>
    public static Expression Mask(byte[] mask) => new("bitwise", writer =>
    {
        writer.BigEndian(1, Register);
        writer.BigEndian(2, Register);
        writer.BigEndian(3, (uint)mask.Length);
        writer.BigEndian(6, 0); // NFT_BITWISE_MASK_XOR
        Value(writer, 4, mask);
        Value(writer, 5, new byte[mask.Length]);
    });

    /// <summary>Goes on if the register is, or is not, this.</summary>
    public static Expression Compare(bool isEqual, byte[] value) => new("cmp", writer =>
    {
        writer.BigEndian(1, Register);
        writer.BigEndian(2, isEqual ? 0u : 1u); // NFT_CMP_EQ, NFT_CMP_NEQ
        Value(writer, 3, value);
    });

    /// <summary>Goes on if the register is in the set.</summary>
    /// <param name="set">The set's name.</param>
    /// <param name="number">Its number in this transaction, where the kernel is to find its name; null: it has one.</param>
    public static Expression Lookup(string set, uint? number) => new("lookup", writer =>
    {
        writer.Text(1, set);
        writer.BigEndian(2, Register);
        if (number is { } id)
        {
            writer.BigEndian(4, id); // NFTA_LOOKUP_SET_ID
        }

        writer.BigEndian(5, 0);
    });

    /// <summary>Ends the rule with a verdict (linux/netfilter.h, linux/netfilter/nf_tables.h, enum nft_verdicts).</summary>
    public static Expression Verdict(int code, string? chain = null) => new("immediate", writer =>
    {
        writer.BigEndian(1, VerdictRegister);
        var data = writer.BeginNested(2, isMarked: false);
        var verdict = writer.BeginNested(2, isMarked: false);
        writer.BigEndian(1, unchecked((uint)code));
        if (chain is not null)
        {
            writer.Text(2, chain);
        }

        writer.EndNested(verdict);
        writer.EndNested(data);
    });

    /// <summary>Puts a value into the register.</summary>
    public static Expression Immediate(byte[] value) => new("immediate", writer =>
    {
        writer.BigEndian(1, Register);
        Value(writer, 2, value);
    });

    /// <summary>Gives the packet the destination that is in the register.</summary>
    public static Expression Destination(NftablesFamily family) => new("nat", writer =>
    {
        writer.BigEndian(1, 1); // NFT_NAT_DNAT
        writer.BigEndian(2, (uint)family);
        writer.BigEndian(3, Register);
        writer.BigEndian(4, Register);
        writer.BigEndian(7, 1); // NF_NAT_RANGE_MAP_IPS
    });

    /// <summary>Goes on while packets are few.</summary>
    /// <param name="rate">Packets in <paramref name="seconds"/>.</param>
    /// <param name="seconds">The time.</param>
    /// <param name="burst">How many may come at once.</param>
    public static Expression Limit(uint rate, uint seconds, uint burst) => new("limit", writer =>
    {
        Long(writer, 1, rate);
        Long(writer, 2, seconds);
        writer.BigEndian(3, burst);
        writer.BigEndian(4, 0); // NFT_LIMIT_PKTS
        writer.BigEndian(5, 0);
    });

    /// <summary>Writes to the kernel's log, as a warning.</summary>
    public static Expression Log(string prefix, uint flags) => new("log", writer =>
    {
        writer.Text(2, prefix);
        writer.BigEndian(5, 4); // NFT_LOGLEVEL_WARNING
        if (flags != 0)
        {
            writer.BigEndian(6, flags);
        }
    });

    /// <summary>Refuses with an ICMP error of the packet's family (enum nft_reject_inet_code).</summary>
    public static Expression Reject(byte code) => new("reject", writer =>
    {
        writer.BigEndian(1, 2); // NFT_REJECT_ICMPX_UNREACH
        writer.Attribute(2, [code]);
    });

    /// <summary>Adds it to a rule's list.</summary>
    public void AddTo(NetlinkWriter writer)
    {
        // ImageReader marks counters, which it writes itself; the kernel marks none.
        var isCounter = this == Counter;
        var entry = writer.BeginNested(NftablesAttribute.ListEntry, isCounter);
        writer.Text(NftablesAttribute.ExpressionName, _name);
        var data = writer.BeginNested(NftablesAttribute.ExpressionData, isCounter);
        _write(writer);
        writer.EndNested(data);
        writer.EndNested(entry);
    }

    private static void Value(NetlinkWriter writer, int type, byte[] value)
    {
        var data = writer.BeginNested(type, isMarked: false);
        writer.Attribute(1, value); // NFTA_DATA_VALUE
        writer.EndNested(data);
    }

    private static void Long(NetlinkWriter writer, int type, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        writer.Attribute(type, bytes);
    }
}
