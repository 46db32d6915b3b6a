// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Text;
using LeakVerifier.Harness.Capture;

namespace LeakVerifier.Harness.Linux.Netlink;

/// <summary>
/// A table of nftables that counts what enters an interface, all of it and by EtherType. It is loaded and read as messages
/// to the kernel: starting <c>nft</c> for each capture, and each time that one is compared, would cost more than all that
/// is captured.
/// </summary>
/// <remarks>What it loads is, in the language of nft(8):
/// <code>
/// table netdev NAME {
///     counter all { }
///     counter ip { }
///     counter ip6 { }
///     counter arp { }
///     chain ingress {
///         type filter hook ingress device "INTERFACE" priority -500; policy accept;
///         counter name "all"
///         meta protocol ip counter name "ip"
///         meta protocol ip6 counter name "ip6"
///         meta protocol arp counter name "arp"
///     }
/// }
/// </code>
/// Numbers are those of linux/netfilter/nf_tables.h and linux/netfilter/nfnetlink.h.</remarks>
internal static class IngressCounters
{
    private const ushort NewTable = 0, NewChain = 3, NewRule = 6, NewObject = 18, GetObject = 19; // NFT_MSG_
    private const ushort BatchBegin = 16, BatchEnd = 17; // NFNL_MSG_BATCH_
    private const ushort Subsystem = 10; // NFNL_SUBSYS_NFTABLES
    private const byte NetDev = 5; // NFPROTO_NETDEV
    private const int Counter = 1; // NFT_OBJECT_COUNTER
    private const string Chain = "ingress", All = "all";
    private const int GenericHeaderLength = 4; // struct nfgenmsg

    private static readonly (string Name, ushort EtherType)[] Protocols = [("ip", 0x0800), ("ip6", 0x86dd), ("arp", 0x0806)];

    /// <summary>Loads them, in the calling thread's namespace, with which they go.</summary>
    /// <param name="table">The table's name; there is none of that name yet.</param>
    /// <param name="link">The interface whose incoming frames are counted.</param>
    /// <exception cref="SystemCallException">The kernel refused; nothing is loaded.</exception>
    public static void Load(string table, string link)
    {
        const ushort exclusively = NetlinkMessage.Create | NetlinkMessage.Exclusively;
        string[] names = [All, .. Protocols.Select(protocol => protocol.Name)];
        using var socket = NetlinkSocket.Open(NetlinkSocket.Netfilter);
        socket.DoTogether(
            [
                Edge(BatchBegin),
                Message(NewTable, exclusively).With(1, table), // NFTA_TABLE_NAME
                .. names.Select(name => Message(NewObject, exclusively)
                    .With(1, table).With(2, name).With(3, BigEndian(Counter)).With(4, static _ => { })), // NFTA_OBJ_TABLE, NAME, TYPE, DATA
                Message(NewChain, exclusively).With(1, table).With(3, Chain) // NFTA_CHAIN_TABLE, NAME
                    .With(4, hook => hook.With(1, BigEndian(0)).With(2, BigEndian(-500)).With(3, link)) // NFTA_HOOK_HOOKNUM, PRIORITY, DEV
                    .With(5, BigEndian(1)).With(7, "filter"), // NFTA_CHAIN_POLICY: NF_ACCEPT, TYPE
                .. Protocols.Select(protocol => Rule(table, protocol.Name, protocol.EtherType, wantsAnswer: false)),
                Rule(table, All, null, wantsAnswer: true),
                Edge(BatchEnd),
            ],
            $"counting what enters {link}");
    }

    /// <summary>Reads them, in the calling thread's namespace.</summary>
    /// <returns>How many frames each counted.</returns>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public static FrameCounts Read(string table)
    {
        const ushort ofTable = 1; // NFTA_OBJ_TABLE
        var packets = new Dictionary<string, long>();
        using var socket = NetlinkSocket.Open(NetlinkSocket.Netfilter);
        var request = new NetlinkMessage(TypeOf(GetObject), NetlinkMessage.Dump).Raw([NetDev, 0, 0, 0]).With(ofTable, table);
        socket.Do(request, $"reading the counters of {table}", payload =>
        {
            const ushort name = 2, data = 4, counted = 2; // NFTA_OBJ_NAME, NFTA_OBJ_DATA, NFTA_COUNTER_PACKETS
            var attributes = payload[GenericHeaderLength..];
            var text = Encoding.ASCII.GetString(NetlinkMessage.Find(attributes, name)).TrimEnd('\0');
            packets[text] = BinaryPrimitives.ReadInt64BigEndian(NetlinkMessage.Find(NetlinkMessage.Find(attributes, data), counted));
        });
        return new FrameCounts(packets[All], packets["ip"], packets["ip6"], packets["arp"]);
    }

    /// <summary>A rule that counts frames of an EtherType; null: all.</summary>
    private static NetlinkMessage Rule(string table, string counter, ushort? etherType, bool wantsAnswer)
    {
        const int register = 8; // NFT_REG32_00
        return Message(NewRule, NetlinkMessage.Create | NetlinkMessage.Append, wantsAnswer)
            .With(1, table).With(2, Chain) // NFTA_RULE_TABLE, CHAIN
            .With(4, expressions => // NFTA_RULE_EXPRESSIONS
            {
                if (etherType is { } type)
                {
                    Expression(expressions, "meta", data => data
                        .With(1, BigEndian(register)).With(2, BigEndian(1))); // NFTA_META_DREG, KEY: NFT_META_PROTOCOL
                    Expression(expressions, "cmp", data => data
                        .With(1, BigEndian(register)).With(2, BigEndian(0)) // NFTA_CMP_SREG, OP: NFT_CMP_EQ
                        .With(3, value => value.With(1, [(byte)(type >> 8), (byte)type]))); // NFTA_CMP_DATA, NFTA_DATA_VALUE
                }

                Expression(expressions, "objref", data => data
                    .With(1, BigEndian(Counter)).With(2, counter)); // NFTA_OBJREF_IMM_TYPE, IMM_NAME
            });
    }

    private static void Expression(NetlinkMessage expressions, string name, Action<NetlinkMessage> data)
    {
        expressions.With(1, element => element.With(1, name).With(2, data)); // NFTA_LIST_ELEM, NFTA_EXPR_NAME, NFTA_EXPR_DATA
    }

    private static NetlinkMessage Message(ushort type, ushort flags, bool wantsAnswer = false)
    {
        return new NetlinkMessage(TypeOf(type), flags, wantsAnswer).Raw([NetDev, 0, 0, 0]);
    }

    /// <summary>The beginning or end of what is done all or not at all.</summary>
    private static NetlinkMessage Edge(ushort type)
    {
        return new NetlinkMessage(type, 0, wantsAnswer: false).Raw([0, 0, 0, (byte)Subsystem]);
    }

    private static ushort TypeOf(ushort message) => (ushort)((Subsystem << 8) | message);

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
