// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Text;
using LeakVerifier.Harness.Capture;

namespace LeakVerifier.Harness.Linux.Netlink;

/// <summary>
/// A table of nftables that counts what enters an interface, all of it and by EtherType.
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
/// </code></remarks>
internal static class IngressCounters
{
    private const int Counter = 1; // NFT_OBJECT_COUNTER
    private const string Chain = "ingress", All = "all";

    private static readonly (string Name, ushort EtherType)[] Protocols = [("ip", 0x0800), ("ip6", 0x86dd), ("arp", 0x0806)];

    /// <summary>Loads them, in the calling thread's namespace, with which they go.</summary>
    /// <param name="table">The table's name; there is none of that name yet.</param>
    /// <param name="link">The interface whose incoming frames are counted.</param>
    /// <exception cref="SystemCallException">The kernel refused; nothing is loaded.</exception>
    public static void Load(string table, string link)
    {
        const ushort exclusively = NetlinkMessage.Create | NetlinkMessage.Exclusively;
        string[] names = [All, .. Protocols.Select(protocol => protocol.Name)];
        NftRequest.DoTogether(
            [
                NftRequest.Table(NftRequest.NetDev, table),
                .. names.Select(name => NftRequest.Message(NftRequest.NewObject, NftRequest.NetDev, exclusively)
                    .With(1, table).With(2, name).With(3, NftRequest.BigEndian(Counter)).With(4, static _ => { })), // NFTA_OBJ_TABLE, NAME, TYPE, DATA
                NftRequest.Chain(NftRequest.NetDev, table, Chain, "filter", hook: 0, priority: -500, link), // NF_NETDEV_INGRESS
                .. Protocols.Select(protocol => Rule(table, protocol.Name, protocol.EtherType, wantsAnswer: false)),
                Rule(table, All, null, wantsAnswer: true),
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
        var request = NftRequest.Message(NftRequest.GetObject, NftRequest.NetDev, NetlinkMessage.Dump, wantsAnswer: true).With(ofTable, table);
        socket.Do(request, $"reading the counters of {table}", payload =>
        {
            const ushort name = 2, data = 4, counted = 2; // NFTA_OBJ_NAME, NFTA_OBJ_DATA, NFTA_COUNTER_PACKETS
            var attributes = payload[NftRequest.HeaderLength..];
            var text = Encoding.ASCII.GetString(NetlinkMessage.Find(attributes, name)).TrimEnd('\0');
            packets[text] = BinaryPrimitives.ReadInt64BigEndian(NetlinkMessage.Find(NetlinkMessage.Find(attributes, data), counted));
        });
        return new FrameCounts(packets[All], packets["ip"], packets["ip6"], packets["arp"]);
    }

    /// <summary>A rule that counts frames of an EtherType; null: all.</summary>
    private static NetlinkMessage Rule(string table, string counter, ushort? etherType, bool wantsAnswer)
    {
        return NftRequest.Rule(NftRequest.NetDev, table, Chain, expressions =>
        {
            if (etherType is { } type)
            {
                NftRequest.AddMatch(expressions, NftRequest.Protocol, [(byte)(type >> 8), (byte)type]);
            }

            NftRequest.Add(expressions, "objref", data => data
                .With(1, NftRequest.BigEndian(Counter)).With(2, counter)); // NFTA_OBJREF_IMM_TYPE, IMM_NAME
        }, wantsAnswer);
    }
}
