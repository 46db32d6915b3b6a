// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>A field of a packet's headers.</summary>
/// <param name="Origin">The header that it is counted from: 0 the link's, 1 the network's, 2 the transport's.</param>
/// <param name="Offset">Its first byte there.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Header">nft's number of the header (include/proto.h, enum proto_desc_id), which it keeps with a set.</param>
/// <param name="Index">nft's number of the field in its header (include/proto.h).</param>
internal sealed record HeaderField(uint Origin, int Offset, DataType Type, uint Header, uint Index)
{
    /// <summary>The bits of it that count; null: all.</summary>
    public byte[]? Mask { get; private init; }

    /// <summary>The flags of TCP, which rules ask for in words of their own.</summary>
    public static HeaderField TcpFlags { get; } = new(2, 13, DataType.Octet, 8, 8);

    private static readonly Dictionary<string, HeaderField> All = new(StringComparer.Ordinal)
    {
        ["ether type"] = new(0, 12, DataType.EtherType, 17, 3),
        ["ip hdrlength"] = new(1, 0, DataType.Octet, 12, 2) { Mask = [0x0f] },
        ["ip length"] = new(1, 2, DataType.Word, 12, 5),
        ["ip frag-off"] = new(1, 6, DataType.Word, 12, 7),
        ["ip saddr"] = new(1, 12, DataType.Ipv4Address, 12, 11),
        ["ip daddr"] = new(1, 16, DataType.Ipv4Address, 12, 12),
        ["ip6 nexthdr"] = new(1, 6, DataType.Protocol, 13, 6),
        ["ip6 hoplimit"] = new(1, 7, DataType.Octet, 13, 7),
        ["ip6 saddr"] = new(1, 8, DataType.Ipv6Address, 13, 8),
        ["ip6 daddr"] = new(1, 24, DataType.Ipv6Address, 13, 9),
        ["arp htype"] = new(1, 0, DataType.Word, 15, 1),
        ["arp ptype"] = new(1, 2, DataType.EtherType, 15, 2),
        ["arp hlen"] = new(1, 4, DataType.Octet, 15, 3),
        ["arp plen"] = new(1, 5, DataType.Octet, 15, 4),
        ["arp operation"] = new(1, 6, DataType.ArpOperation, 15, 5),
        ["arp saddr"] = new(1, 14, DataType.Ipv4Address, 15, 7),
        ["arp daddr"] = new(1, 24, DataType.Ipv4Address, 15, 9),
        ["udp sport"] = new(2, 0, DataType.Service, 6, 1),
        ["udp dport"] = new(2, 2, DataType.Service, 6, 2),
        ["tcp sport"] = new(2, 0, DataType.Service, 8, 1),
        ["tcp dport"] = new(2, 2, DataType.Service, 8, 2),
        ["tcp flags"] = TcpFlags,
        ["icmp type"] = new(2, 0, DataType.IcmpType, 4, 1),
        ["icmpv6 type"] = new(2, 0, DataType.Icmpv6Type, 14, 1),
        ["icmpv6 code"] = new(2, 1, DataType.Icmpv6Code, 14, 2),
    };

    /// <summary>The field that a rule calls so.</summary>
    /// <exception cref="UnknownWordException">There is none here.</exception>
    public static HeaderField Of(string header, string field)
    {
        return All.TryGetValue($"{header} {field}", out var found) ? found : throw new UnknownWordException(field);
    }
}
