// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Text;

namespace LeakVerifier.Harness.Linux.Netlink;

/// <summary>
/// Parts of requests to nf_tables. The harness's own few rules are loaded as messages to the kernel: starting <c>nft</c>
/// for them would cost more than all that they do. Numbers are those of linux/netfilter/nf_tables.h and nfnetlink.h.
/// </summary>
internal static class NftRequest
{
    /// <summary>NFT_MSG_NEWTABLE, _NEWCHAIN, _NEWRULE, _NEWOBJ and _GETOBJ.</summary>
    public const ushort NewTable = 0, NewChain = 3, NewRule = 6, NewObject = 18, GetObject = 19;

    /// <summary>NFPROTO_INET and NFPROTO_NETDEV.</summary>
    public const byte Inet = 1, NetDev = 5;

    /// <summary>NFT_META_PROTOCOL and NFT_META_IIFNAME.</summary>
    public const int Protocol = 1, InputName = 6;

    /// <summary>The length of struct nfgenmsg, in bytes.</summary>
    public const int HeaderLength = 4;

    private const ushort BatchBegin = 16, BatchEnd = 17; // NFNL_MSG_BATCH_
    private const ushort Subsystem = 10; // NFNL_SUBSYS_NFTABLES

    /// <summary>Has requests done, all or none, in the calling thread's namespace.</summary>
    /// <param name="requests">The requests, of which only the last asks for an answer.</param>
    /// <param name="doing">What they do, for messages.</param>
    /// <exception cref="SystemCallException">The kernel refused one of them; none is done.</exception>
    public static void DoTogether(IEnumerable<NetlinkMessage> requests, string doing)
    {
        using var socket = NetlinkSocket.Open(NetlinkSocket.Netfilter);
        socket.DoTogether([Edge(BatchBegin), .. requests, Edge(BatchEnd)], doing);
    }

    /// <summary>The beginning of a request.</summary>
    public static NetlinkMessage Message(ushort type, byte family, ushort flags, bool wantsAnswer = false)
    {
        return new NetlinkMessage((ushort)((Subsystem << 8) | type), flags, wantsAnswer).Raw([family, 0, 0, 0]);
    }

    /// <summary>A new table.</summary>
    public static NetlinkMessage Table(byte family, string name)
    {
        return Message(NewTable, family, NetlinkMessage.Create | NetlinkMessage.Exclusively).With(1, name); // NFTA_TABLE_NAME
    }

    /// <summary>A new chain of policy accept.</summary>
    /// <param name="family">Of its table.</param>
    /// <param name="table">Its table.</param>
    /// <param name="name">Its name.</param>
    /// <param name="type"><c>filter</c> or <c>nat</c>.</param>
    /// <param name="hook">NF_INET_ or NF_NETDEV_ of linux/netfilter.h.</param>
    /// <param name="priority">When it is asked; the lower the earlier.</param>
    /// <param name="link">The interface, of family netdev.</param>
    public static NetlinkMessage Chain(
        byte family, string table, string name, string type, int hook, int priority, string? link = null)
    {
        return Message(NewChain, family, NetlinkMessage.Create | NetlinkMessage.Exclusively)
            .With(1, table).With(3, name) // NFTA_CHAIN_TABLE, NAME
            .With(4, data => // NFTA_CHAIN_HOOK
            {
                data.With(1, BigEndian(hook)).With(2, BigEndian(priority)); // NFTA_HOOK_HOOKNUM, PRIORITY
                _ = link is null ? data : data.With(3, link); // NFTA_HOOK_DEV
            })
            .With(5, BigEndian(1)).With(7, type); // NFTA_CHAIN_POLICY: NF_ACCEPT, TYPE
    }

    /// <summary>A new rule at the end of a chain.</summary>
    public static NetlinkMessage Rule(
        byte family, string table, string chain, Action<NetlinkMessage> expressions, bool wantsAnswer)
    {
        return Message(NewRule, family, NetlinkMessage.Create | NetlinkMessage.Append, wantsAnswer)
            .With(1, table).With(2, chain).With(4, expressions); // NFTA_RULE_TABLE, CHAIN, EXPRESSIONS
    }

    /// <summary>Adds an expression to a rule.</summary>
    public static void Add(NetlinkMessage expressions, string name, Action<NetlinkMessage> data)
    {
        expressions.With(1, element => element.With(1, name).With(2, data)); // NFTA_LIST_ELEM, NFTA_EXPR_NAME, NFTA_EXPR_DATA
    }

    /// <summary>Adds to a rule that the packet's metadata have a value.</summary>
    public static void AddMatch(NetlinkMessage expressions, int key, byte[] wanted)
    {
        const int register = 1; // NFT_REG_1
        Add(expressions, "meta", data => data
            .With(1, BigEndian(register)).With(2, BigEndian(key))); // NFTA_META_DREG, KEY
        Add(expressions, "cmp", data => data
            .With(1, BigEndian(register)).With(2, BigEndian(0)) // NFTA_CMP_SREG, OP: NFT_CMP_EQ
            .With(3, value => value.With(1, wanted))); // NFTA_CMP_DATA, NFTA_DATA_VALUE
    }

    /// <summary>The name of an interface as rules compare it.</summary>
    public static byte[] NameOf(string link)
    {
        const int length = 16; // IFNAMSIZ
        var name = new byte[length];
        Encoding.ASCII.GetBytes(link, name);
        return name;
    }

    /// <summary>A number as nf_tables has it.</summary>
    public static byte[] BigEndian(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    /// <summary>The beginning or end of what is done all or not at all.</summary>
    private static NetlinkMessage Edge(ushort type)
    {
        return new NetlinkMessage(type, 0, wantsAnswer: false).Raw([0, 0, 0, (byte)Subsystem]);
    }
}
