// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>What a value of a rule is, and how it is written as bytes.</summary>
/// <param name="Number">
/// nft's number of the type, which it keeps with a set (include/datatype.h, enum datatypes); null: no rule has a set of it.
/// </param>
/// <param name="Length">Bytes of a value.</param>
/// <param name="Parse">Reads a value as a rule spells it.</param>
internal sealed record DataType(uint? Number, int Length, Func<string, byte[]> Parse)
{
    /// <summary>The protocol in an Ethernet frame.</summary>
    public static DataType EtherType { get; } = new(10, 2, word => Short(word switch
    {
        "ip" => 0x0800,
        "ip6" => 0x86dd,
        "arp" => 0x0806,
        _ => RuleWords.NumberIn(word),
    }));

    /// <summary>A port.</summary>
    public static DataType Service { get; } = new(13, 2, word => Short(RuleWords.NumberIn(word)));

    /// <summary>A protocol of the transport layer, or an extension header.</summary>
    public static DataType Protocol { get; } = new(12, 1, Byte);

    /// <summary>A number of no further meaning, of one byte.</summary>
    public static DataType Octet { get; } = new(null, 1, Byte);

    /// <summary>A number of no further meaning, of two bytes.</summary>
    public static DataType Word { get; } = new(null, 2, word => Short(RuleWords.NumberIn(word)));

    /// <summary>An address of IPv4.</summary>
    public static DataType Ipv4Address { get; } = new(7, 4, word => Address(word, AddressFamily.InterNetwork));

    /// <summary>An address of IPv6.</summary>
    public static DataType Ipv6Address { get; } = new(8, 16, word => Address(word, AddressFamily.InterNetworkV6));

    /// <summary>What an ARP packet does (RFC 826).</summary>
    public static DataType ArpOperation { get; } = new(11, 2, word => Short(word switch
    {
        "request" => 1,
        "reply" => 2,
        _ => RuleWords.NumberIn(word),
    }));

    /// <summary>The type of an ICMP message (RFC 792).</summary>
    public static DataType IcmpType { get; } = new(14, 1, word => word switch
    {
        "destination-unreachable" => [3],
        "time-exceeded" => [11],
        "parameter-problem" => [12],
        _ => Byte(word),
    });

    /// <summary>The type of an ICMPv6 message (RFC 4443, RFC 4861).</summary>
    public static DataType Icmpv6Type { get; } = new(29, 1, word => word switch
    {
        "destination-unreachable" => [1],
        "packet-too-big" => [2],
        "time-exceeded" => [3],
        "parameter-problem" => [4],
        "nd-router-solicit" => [133],
        "nd-router-advert" => [134],
        "nd-neighbor-solicit" => [135],
        "nd-neighbor-advert" => [136],
        _ => Byte(word),
    });

    /// <summary>The code of an ICMPv6 message; that of most types is 0, which nft spells as that of one of them.</summary>
    public static DataType Icmpv6Code { get; } = new(null, 1, word => word == "no-route" ? [0] : Byte(word));

    /// <summary>The kind of an interface's hardware (linux/if_arp.h), in the machine's byte order.</summary>
    public static DataType HardwareType { get; } =
        new(21, 2, word => BitConverter.GetBytes(checked((ushort)(word == "ppp" ? 512 : RuleWords.NumberIn(word)))));

    /// <summary>Where an address belongs (linux/rtnetlink.h, RTN_*), in the machine's byte order.</summary>
    public static DataType AddressType { get; } = new(38, 4, word => BitConverter.GetBytes(word switch
    {
        "local" => 2u,
        "broadcast" => 3u,
        "multicast" => 5u,
        _ => throw new UnknownWordException(word),
    }));

    /// <summary>A number of four bytes in the machine's byte order: users, marks, lengths.</summary>
    public static DataType Host { get; } = new(null, 4, word => BitConverter.GetBytes(RuleWords.NumberIn(word)));

    /// <summary>A family of the network layer (linux/netfilter.h).</summary>
    public static DataType Family { get; } = new(null, 1, word => word switch
    {
        "ipv4" => [2],
        "ipv6" => [10],
        _ => throw new UnknownWordException(word),
    });

    /// <summary>An address of the family that a rule calls so.</summary>
    /// <exception cref="UnknownWordException">It is none.</exception>
    public static DataType AddressOf(string family) => family switch
    {
        "ip" => Ipv4Address,
        "ip6" => Ipv6Address,
        _ => throw new UnknownWordException(family),
    };

    private static byte[] Byte(string word)
    {
        var number = RuleWords.NumberIn(word);
        return number <= byte.MaxValue ? [(byte)number] : throw new UnknownWordException(word);
    }

    private static byte[] Short(uint number)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, checked((ushort)number));
        return bytes;
    }

    private static byte[] Address(string word, AddressFamily family)
    {
        return IPAddress.TryParse(word, out var address) && address.AddressFamily == family && !word.Contains('%')
            ? address.GetAddressBytes()
            : throw new UnknownWordException(word);
    }
}
