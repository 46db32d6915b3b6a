// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Reading;

/// <summary>Numbers, addresses and names as nft and iptables write them.</summary>
internal static class Numbers
{
    private static readonly Dictionary<string, int> Protocols = new(StringComparer.Ordinal)
    {
        ["icmp"] = 1,
        ["igmp"] = 2,
        ["ipencap"] = 4,
        ["tcp"] = 6,
        ["udp"] = 17,
        ["dccp"] = 33,
        ["ipv6"] = 41,
        ["ipv6-route"] = 43,
        ["ipv6-frag"] = 44,
        ["gre"] = 47,
        ["esp"] = 50,
        ["ah"] = 51,
        ["icmpv6"] = 58,
        ["ipv6-icmp"] = 58,
        ["ipv6-nonxt"] = 59,
        ["ipv6-opts"] = 60,
        ["ospf"] = 89,
        ["pim"] = 103,
        ["comp"] = 108,
        ["vrrp"] = 112,
        ["sctp"] = 132,
        ["udplite"] = 136,
    };

    /// <summary>A decimal or 0x number that fits the width.</summary>
    /// <exception cref="UnreadableException">It is none.</exception>
    public static UInt128 Parse(string text, int width)
    {
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var digits = isHex ? text.AsSpan(2) : text.AsSpan();
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return UInt128.TryParse(digits, style, CultureInfo.InvariantCulture, out var value)
            && value <= ValueRange.MaximumOf(width)
            ? value
            : throw new UnreadableException($"{text} is no number of {width} bits");
    }

    /// <summary>A protocol's name or number.</summary>
    public static UInt128 Protocol(string text)
    {
        return Protocols.TryGetValue(text, out var number) ? (UInt128)number : Parse(text, 8);
    }

    /// <summary>An address of a family.</summary>
    public static UInt128 Address(string text, IpFamily family)
    {
        return IPAddress.TryParse(text, out var address) && AddressRanges.FamilyOf(address) == family
            && (family == IpFamily.Ip6 || text.Count(c => c == '.') == 3)
            ? AddressRanges.ToNumber(address)
            : throw new UnreadableException($"{text} is no address of the rule's family");
    }

    /// <summary><c>192.0.2.0/24</c>, or with a mask as iptables writes it if it is no prefix.</summary>
    /// <returns>The address and the mask.</returns>
    public static (UInt128 Address, UInt128 Mask) Network(string text, IpFamily family)
    {
        var width = Fields.Width(Field.Source, family);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return (Address(text, family), ValueRange.MaximumOf(width));
        }
        var tail = text[(slash + 1)..];
        var mask = tail.Any(c => c is '.' or ':')
            ? Address(tail, family)
            : ValueRange.Prefix(0, PrefixLength(tail, width), width).High ^ ValueRange.MaximumOf(width);
        return (Address(text[..slash], family) & mask, mask);
    }

    /// <summary>A prefix length from 0 to the width.</summary>
    public static int PrefixLength(string text, int width)
    {
        var length = Parse(text, 8);
        return length <= (UInt128)width ? (int)length : throw new UnreadableException($"/{text} is too long a prefix");
    }
}
