// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;

namespace LeakVerifier.Firewall.Explaining;

/// <summary>Says whether a packet meets a condition of a rule.</summary>
/// <param name="packet">The packet.</param>
/// <param name="outInterface">The interface that the chain is told.</param>
internal sealed class PacketMatching(ExplainedPacket packet, string outInterface)
{
    private const byte AuthenticationHeader = 51;

    /// <summary>What the packet does not tell, although a condition of the rule depends on it; null: nothing.</summary>
    public string? Untold { get; private set; }

    /// <summary>Begins with the next rule.</summary>
    public void Begin() => Untold = null;

    /// <summary>Reads the next condition of a rule and says whether it holds.</summary>
    /// <exception cref="FormatException">A word of it is not known.</exception>
    public bool Holds(RuleWords words)
    {
        var word = words.Take();
        return word switch
        {
            "oifname" => Name(words, outInterface),
            "iifname" => Name(words, packet.InInterface),
            "ip" => Header(words, !packet.IsIPv6),
            "ip6" => Header(words, packet.IsIPv6),
            "udp" => Ports(words, ExplainedPacket.Udp),
            "tcp" => words.TakeIf("flags") ? Flags(words) : Ports(words, ExplainedPacket.Tcp),
            "icmp" => IcmpField(words, ExplainedPacket.Icmp),
            "icmpv6" => IcmpField(words, ExplainedPacket.Icmpv6),
            "meta" => Meta(words),
            "socket" => Cgroup(words),
            "ct" => Connection(words),
            "frag" => Fragment(words),
            "exthdr" => ExtensionHeader(words),
            "fib" => OfThisInterface(words),
            "ether" => Expect(words, "type") && Protocol(words),
            "arp" => Not(words, 1 + (words.Peek is "saddr" or "daddr" ? 1 : 0)), // a packet of the command line is IP
            "@ll,96,16" or "@ll,128,16" or "@th,64,128" => Not(words, 0), // and in no VLAN
            _ => throw Unknown(word),
        };
    }

    private static bool Name(RuleWords words, string name)
    {
        var isNegated = words.TakeIf("!=");
        return words.TakeValues().Any(value => IsName(value.Trim('"'), name)) != isNegated;
    }

    private static bool IsName(string pattern, string name)
    {
        return pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;
    }

    private bool Header(RuleWords words, bool isFamily)
    {
        var field = words.Take();
        var holds = field switch
        {
            "daddr" => Address(words, packet.Destination),
            "saddr" => Address(words, packet.Source),
            "hoplimit" => Number(words, packet.HopLimit),
            "nexthdr" => Number(words, packet.Protocol),
            "hdrlength" => Number(words, 5), // words of four bytes: no options
            "frag-off" => Number(words, packet.FragmentOffset),
            "length" => Number(words, 0), // unlike any that a rule asks for
            _ => throw Unknown(field),
        };
        return holds && isFamily;
    }

    private static bool Address(RuleWords words, IPAddress address)
    {
        var isNegated = words.TakeIf("!=");
        return words.TakeValues().Any(value => IsAddress(value, address)) != isNegated;
    }

    private static bool IsAddress(string text, IPAddress address)
    {
        if (text.Contains('/', StringComparison.Ordinal))
        {
            var network = IPNetwork.Parse(text);
            return network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);
        }

        var ends = text.Split('-');
        return ends.Length == 1
            ? IPAddress.Parse(text).Equals(address)
            : Compare(IPAddress.Parse(ends[0]), address) <= 0 && Compare(address, IPAddress.Parse(ends[1])) <= 0;
    }

    private static int Compare(IPAddress left, IPAddress right)
    {
        return left.GetAddressBytes().AsSpan().SequenceCompareTo(right.GetAddressBytes());
    }

    private bool Ports(RuleWords words, byte protocol)
    {
        var field = words.Take();
        var port = field switch
        {
            "dport" => packet.DestinationPort,
            "sport" => packet.SourcePort,
            _ => throw Unknown(field),
        };
        return Number(words, port) && packet.Protocol == protocol && packet.FragmentOffset == 0;
    }

    private bool IcmpField(RuleWords words, byte protocol)
    {
        var field = words.Take();
        var value = field switch
        {
            "type" => packet.IcmpType,
            "code" => packet.IcmpCode,
            _ => throw Unknown(field),
        };
        var holds = words.TakeValues().Any(name => IcmpNames.Number(name, protocol) == value);
        return holds && packet.Protocol == protocol && packet.FragmentOffset == 0;
    }

    private bool Meta(RuleWords words)
    {
        var field = words.Take();
        return field switch
        {
            "skuid" => Number(words, packet.User ?? 0) && packet.User is not null,
            "mark" => Number(words, packet.Mark),
            "l4proto" => Number(words, TransportProtocol()),
            "nfproto" => words.TakeIf("ipv4") ? !packet.IsIPv6 : Expect(words, "ipv6") && packet.IsIPv6,
            "oifkind" or "iifkind" => Kind(words),
            "protocol" => Protocol(words),
            "oiftype" or "length" => Not(words, 0), // an Ethernet link's, and no length that a rule asks for
            _ => throw Unknown(field),
        };
    }

    /// <summary>To the kernel, AH is an extension header of IPv6: what is behind it is the transport protocol.</summary>
    private byte TransportProtocol()
    {
        return packet.IsIPv6 && packet.Protocol == AuthenticationHeader ? (byte)0 : packet.Protocol;
    }

    /// <summary>An interface of which nobody said the kind has the one that the rule asks for.</summary>
    private bool Kind(RuleWords words)
    {
        var isNegated = words.TakeIf("!=");
        var values = words.TakeValues();
        return (packet.Kind is null || values.Any(value => value.Trim('"') == packet.Kind)) != isNegated;
    }

    private bool Cgroup(RuleWords words)
    {
        Expect(words, "cgroupv2", "level");
        words.Take();
        var path = words.Take().Trim('"');
        return packet.Cgroup == path || packet.Cgroup.StartsWith(path + "/", StringComparison.Ordinal);
    }

    private bool Connection(RuleWords words)
    {
        var field = words.Take();
        switch (field)
        {
            case "state":
                var isNegated = words.TakeIf("!=");
                return words.TakeValues().SelectMany(value => value.Split(',')).Contains(packet.State) != isNegated;
            case "original" or "reply":
                // Of the connection that the packet belongs to, only the packet itself is known.
                var asked = $"{field} {words.Take()} {words.Take()} {string.Join(", ", words.TakeValues())}";
                Untold ??= $"nobody said whether the packet is about a connection with \"{asked}\"";
                return true;
            case "status":
                // A connection that a packet of the command line goes on with has its translation.
                words.Take();
                Expect(words, "/");
                words.Take();
                return false;
            case "direction":
                return words.Take() == (packet.State == "new" ? "original" : "reply");
            default:
                throw Unknown(field);
        }
    }

    // A packet of the command line has no extension header but a fragment's.
    private bool ExtensionHeader(RuleWords words)
    {
        var isFragment = words.TakeIf("frag");
        Expect(words, isFragment ? ["exists"] : ["rt", "exists"]);
        return isFragment && packet.IsIPv6 && packet.FragmentOffset != 0;
    }

    private bool Fragment(RuleWords words)
    {
        Expect(words, "frag-off");
        return Number(words, packet.FragmentOffset) && packet.IsIPv6;
    }

    /// <summary>
    /// Whose address the destination is, the packet does not say: what comes in for this machine is taken for one of its
    /// own interface's, and what passes through is for none.
    /// </summary>
    private bool OfThisInterface(RuleWords words)
    {
        Expect(words, "daddr", ".", "iif", "type");
        var isNegated = words.TakeIf("!=");
        words.TakeValues();
        return (packet.Path == PacketPath.Input) != isNegated;
    }

    /// <summary>A packet of the command line has the flags of its connection's state: a SYN, or else an ACK.</summary>
    private bool Flags(RuleWords words)
    {
        var own = packet.State == "new" ? "syn" : "ack";
        var isNone = words.TakeIf("!");
        var isNegated = words.TakeIf("!=");
        var wanted = words.Take().Split(',');
        var mask = !isNone && words.TakeIf("/") ? words.Take().Split(',') : wanted;
        var holds = isNone ? !wanted.Contains(own) : mask.Where(flag => flag == own).SequenceEqual(wanted) != isNegated;
        return holds && packet.Protocol == ExplainedPacket.Tcp;
    }

    private bool Protocol(RuleWords words)
    {
        return words.TakeValues().Contains(packet.IsIPv6 ? "ip6" : "ip");
    }

    /// <summary>A condition that no packet of the command line meets, behind so many words of its field.</summary>
    private static bool Not(RuleWords words, int count)
    {
        for (; count > 0; count--)
        {
            words.Take();
        }

        var isNegated = words.TakeIf("!=");
        words.TakeValues();
        return isNegated;
    }

    private static bool Number(RuleWords words, uint value)
    {
        if (words.TakeIf("&"))
        {
            value &= Parse(words.Take());
        }

        var isNegated = words.TakeIf("!=");
        if (!isNegated)
        {
            words.TakeIf("==");
        }

        return words.TakeValues().Any(text => IsNumber(text, value)) != isNegated;
    }

    private static bool IsNumber(string text, uint value)
    {
        var ends = text.Split('-');
        return Parse(ends[0]) <= value && value <= Parse(ends[^1]);
    }

    private static uint Parse(string text)
    {
        var isHex = text.StartsWith("0x", StringComparison.Ordinal);
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return uint.TryParse(isHex ? text[2..] : text, style, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Unknown(text);
    }

    private static bool Expect(RuleWords words, params ReadOnlySpan<string> expected)
    {
        foreach (var word in expected)
        {
            if (!words.TakeIf(word))
            {
                throw Unknown(words.Peek);
            }
        }

        return true;
    }

    private static FormatException Unknown(string word) => new($"the word \"{word}\" is not known");
}
