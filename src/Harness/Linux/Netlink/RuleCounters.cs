// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Text;

namespace LeakVerifier.Harness.Linux.Netlink;

/// <summary>
/// The named counters of a table of nftables, read from the kernel itself: a capture asks for them so often that starting
/// <c>nft</c> each time would cost more than all that is captured.
/// </summary>
internal static class RuleCounters
{
    private const ushort GetObject = (10 << 8) | 19; // NFNL_SUBSYS_NFTABLES, NFT_MSG_GETOBJ
    private const byte NetDev = 5; // NFPROTO_NETDEV
    private const int GenericHeaderLength = 4; // struct nfgenmsg
    private const int AttributeHeaderLength = 4; // struct nlattr
    private const int Alignment = 4; // NLA_ALIGNTO
    private const ushort TypeMask = 0x3fff; // NLA_TYPE_MASK: without the bits that say how it is spelled

    /// <summary>Reads those of a table of the netdev family, in the calling thread's namespace.</summary>
    /// <returns>How many packets each counted, by its name.</returns>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public static IReadOnlyDictionary<string, long> Read(string table)
    {
        const ushort ofTable = 1; // NFTA_OBJ_TABLE
        var request = new NetlinkMessage(GetObject, NetlinkMessage.Dump).Raw([NetDev, 0, 0, 0]).With(ofTable, table);
        var packets = new Dictionary<string, long>();
        using var socket = NetlinkSocket.Open(NetlinkSocket.Netfilter);
        socket.Do(request, $"reading the counters of {table}", payload =>
        {
            const ushort name = 2, data = 4, counted = 2; // NFTA_OBJ_NAME, NFTA_OBJ_DATA, NFTA_COUNTER_PACKETS
            var attributes = payload[GenericHeaderLength..];
            var text = Encoding.ASCII.GetString(Find(attributes, name)).TrimEnd('\0');
            packets[text] = BinaryPrimitives.ReadInt64BigEndian(Find(Find(attributes, data), counted));
        });
        return packets;
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, ushort type)
    {
        while (attributes.Length >= AttributeHeaderLength)
        {
            var length = BitConverter.ToUInt16(attributes);
            if ((BitConverter.ToUInt16(attributes[2..]) & TypeMask) == type)
            {
                return attributes[AttributeHeaderLength..length];
            }

            attributes = attributes[Math.Min((length + Alignment - 1) & -Alignment, attributes.Length)..];
        }

        return default;
    }
}
