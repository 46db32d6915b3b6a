// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads the matches of iptables-extensions(8) that the model knows.</summary>
internal sealed class IptablesMatches(IpFamily family)
{
    private static readonly Dictionary<string, int> TcpFlags = new(StringComparer.Ordinal)
    {
        ["FIN"] = 1,
        ["SYN"] = 2,
        ["RST"] = 4,
        ["PSH"] = 8,
        ["ACK"] = 16,
        ["URG"] = 32,
        ["ALL"] = 63,
        ["NONE"] = 0,
    };

    /// <summary>
    /// No match of a transport protocol matches a later fragment, whether it asks for something of the header or not
    /// (net/netfilter/xt_tcpudp.c). A packet whose header is cut off it drops.
    /// </summary>
    public static MatchStep HasTransport { get; } = Fragment(negated: true);

    /// <summary>Whether an extension is that of a transport protocol.</summary>
    public static bool IsTransport(string module)
    {
        return module is "tcp" or "udp" or "udplite" or "sctp" or "dccp" or "icmp" or "icmp6" or "icmpv6";
    }

    /// <summary>The steps of one option.</summary>
    /// <exception cref="UnreadableException">The model does not know it.</exception>
    public IEnumerable<RuleStep> Read(string module, IptablesOption asked)
    {
        var (option, arguments, negated) = (asked.Name, asked.Arguments, asked.IsNegated);
        var argument = arguments.Count == 1 ? arguments[0] : "";
        return (module, option) switch
        {
            (_, "-s") => [Network(Field.Source, argument, negated)],
            (_, "-d") => [Network(Field.Destination, argument, negated)],
            (_, "-i") => [Interface(isOutput: false, argument, negated)],
            (_, "-o") => [Interface(isOutput: true, argument, negated)],
            (_, "-p") => Protocol(argument, negated),
            (_, "-f") when arguments.Count == 0 => [Fragment(negated)],
            ("tcp" or "udp" or "sctp" or "dccp" or "udplite", "--dport") =>
                [Ports(FieldKey.DestinationPort, argument, negated)],
            ("tcp" or "udp" or "sctp" or "dccp" or "udplite", "--sport") =>
                [Ports(FieldKey.SourcePort, argument, negated)],
            ("multiport", "--dports") => [Ports(FieldKey.DestinationPort, argument, negated)],
            ("multiport", "--sports") => [Ports(FieldKey.SourcePort, argument, negated)],
            ("tcp", "--tcp-flags") when arguments.Count == 2 => [Flags(arguments[0], arguments[1], negated)],
            ("icmp", "--icmp-type") or ("icmp6" or "icmpv6", "--icmpv6-type") => Icmp(argument, negated),
            ("owner", "--uid-owner") => [Owner(Field.Uid, argument, negated)],
            ("owner", "--gid-owner") => [Owner(Field.Gid, argument, negated)],
            ("owner", "--socket-exists") when arguments.Count == 0 => SocketExists(asked),
            ("state", "--state") or ("conntrack", "--ctstate") => [States(asked)],
            ("conntrack", "--ctdir") => [Direction(argument, negated)],
            ("mark", "--mark") => [Masked(Field.Mark, argument, negated)],
            ("connmark", "--mark") => [Masked(Field.ConnectionMark, argument, negated)],
            ("iprange", "--src-range") => [Addresses(Field.Source, argument, negated)],
            ("iprange", "--dst-range") => [Addresses(Field.Destination, argument, negated)],
            ("addrtype", "--dst-type") => [DestinationKind(argument, negated)],
            ("ttl", "--ttl-eq") or ("hl", "--hl-eq") => [Number(Field.HopLimit, Numbers.Parse(argument, 8), negated)],
            ("dscp", "--dscp") => [Match(FieldKey.CodePoint, [ValueRange.Exactly(Numbers.Parse(argument, 6))], negated)],
            ("tos", "--tos") => [Masked(Field.TrafficClass, argument, negated)],
            ("comment", "--comment") => [],
            _ => throw new UnreadableException($"a match of {(module.Length > 0 ? module : "iptables")} that is not modelled"),
        };
    }

    private MatchStep Network(Field field, string text, bool negated)
    {
        var (address, mask) = Numbers.Network(text, family);
        var width = Fields.Width(field, family);
        return Match(new FieldKey(field, 0, width, mask), [ValueRange.Exactly(address)], negated);
    }

    private static MatchStep Interface(bool isOutput, string name, bool negated)
    {
        var isPrefix = name.EndsWith('+');
        var stem = isPrefix ? name[..^1] : name;
        return stem.Length is > 0 and <= InterfacePattern.MaximumLength || isPrefix && stem.Length == 0
            ? MatchStep.Of(new InterfaceKey(isOutput, ByIndex: false),
                new NameValues([new InterfacePattern(stem, isPrefix)]), negated, MatchFlavour.Xtables)
            : throw new UnreadableException("an interface without a name");
    }

    private static IEnumerable<RuleStep> Protocol(string text, bool negated)
    {
        return text is "all" or "0"
            ? negated ? [new NeverStep()] : []
            : [Match(FieldKey.Whole(Field.Protocol), [ValueRange.Exactly(Numbers.Protocol(text))], negated)];
    }

    private static MatchStep Fragment(bool negated)
    {
        return Match(FieldKey.FragmentPlace, [ValueRange.Exactly(0)], !negated);
    }

    private static MatchStep Ports(FieldKey key, string text, bool negated)
    {
        return Match(key, text.Split(',').Select(part => Range(part, ':', 16)), negated);
    }

    private static ValueRange Range(string text, char separator, int width)
    {
        var parts = text.Split(separator);
        if (parts.Length > 2)
        {
            throw new UnreadableException($"{text} is no range");
        }
        var low = parts[0].Length == 0 ? 0 : Numbers.Parse(parts[0], width);
        if (parts.Length == 1)
        {
            return ValueRange.Exactly(low);
        }
        return new ValueRange(low, parts[1].Length == 0 ? ValueRange.MaximumOf(width) : Numbers.Parse(parts[1], width));
    }

    private static MatchStep Flags(string mask, string set, bool negated)
    {
        var key = FieldKey.Whole(Field.TcpFlags) with { Mask = FlagBits(mask) };
        return Match(key, [ValueRange.Exactly(FlagBits(set))], negated);
    }

    private static UInt128 FlagBits(string names)
    {
        return names.Split(',').Aggregate(UInt128.Zero, (all, name) => all | (TcpFlags.TryGetValue(name, out var bit)
            ? (UInt128)bit
            : throw new UnreadableException($"TCP flag {name}")));
    }

    // The number 255 means any type, with whatever code; in IPv6 it is a type like any other.
    private IEnumerable<RuleStep> Icmp(string text, bool negated)
    {
        var parts = text.Split('/');
        if (family == IpFamily.Ip4 && (text == "any" || Numbers.Parse(parts[0], 8) == 255))
        {
            return negated ? [new NeverStep()] : [HasTransport];
        }
        var type = Numbers.Parse(parts[0], 8);
        return parts.Length switch
        {
            1 => [Match(FieldKey.IcmpType, [ValueRange.Exactly(type)], negated)],
            2 => [Match(new FieldKey(Field.Transport, 0, 16),
                [ValueRange.Exactly((type << 8) | Numbers.Parse(parts[1], 8))], negated)],
            _ => throw new UnreadableException($"ICMP type {text}"),
        };
    }

    // The model's sockets have a file. The kernel's own have none, and are matched all the same (net/netfilter/xt_owner.c).
    private static IEnumerable<RuleStep> SocketExists(IptablesOption asked)
    {
        var unknown = new UnknownStep($"sockets of the kernel's own: {asked}");
        return asked.IsNegated ? [Number(Field.HasSocket, 0, negated: false), unknown] : [unknown];
    }

    private static MatchStep Owner(Field field, string text, bool negated)
    {
        return MatchStep.Of(FieldKey.Whole(field), [Range(text, '-', 32)], negated, MatchFlavour.XtablesOwner);
    }

    /// <summary>The states that an option asks for.</summary>
    /// <exception cref="UnreadableException">The model does not know one.</exception>
    public static MatchStep States(IptablesOption asked)
    {
        var states = asked.Arguments.SelectMany(text => text.Split(',')).Select(name => name switch
        {
            "NEW" => ConnectionState.New,
            "ESTABLISHED" => ConnectionState.Established,
            "RELATED" => ConnectionState.Related,
            "INVALID" => ConnectionState.Invalid,
            "UNTRACKED" => ConnectionState.Untracked,
            _ => throw new UnreadableException($"connection state {name}"),
        }).ToHashSet();
        var meant = Enum.GetValues<ConnectionState>().Where(state => states.Contains(state) != asked.IsNegated);
        var values = meant.Select(state => ValueRange.Exactly((UInt128)(int)state));
        return Match(FieldKey.Whole(Field.ConnectionState), values, negated: false);
    }

    /// <summary>Whether some of the states are those of packets that belong to a connection, and some of others.</summary>
    public static (bool Tracked, bool Untracked) Tracked(MatchStep states)
    {
        var ranges = ((NumberValues)states.Elements[0].Parts[0]).Ranges;
        bool Has(params ReadOnlySpan<ConnectionState> some)
        {
            foreach (var state in some)
            {
                if (ValueRange.Contains(ranges, (UInt128)(int)state))
                {
                    return true;
                }
            }
            return false;
        }
        return (Has(ConnectionState.New, ConnectionState.Established, ConnectionState.Related),
            Has(ConnectionState.Invalid, ConnectionState.Untracked));
    }

    private static MatchStep Direction(string text, bool negated)
    {
        var direction = text switch
        {
            "ORIGINAL" => 0u,
            "REPLY" => 1u,
            _ => throw new UnreadableException($"direction {text}"),
        };
        return Number(Field.ConnectionDirection, direction, negated);
    }

    // A value, or VALUE/MASK.
    private static MatchStep Masked(Field field, string text, bool negated)
    {
        var parts = text.Split('/');
        var whole = FieldKey.Whole(field);
        var mask = parts.Length > 1 ? Numbers.Parse(parts[1], whole.Length) : (UInt128.One << whole.Length) - 1;
        return Match(whole with { Mask = mask }, [ValueRange.Exactly(Numbers.Parse(parts[0], whole.Length))], negated);
    }

    private MatchStep Addresses(Field field, string text, bool negated)
    {
        var parts = text.Split('-');
        var low = Numbers.Address(parts[0], family);
        var high = parts.Length == 2 ? Numbers.Address(parts[1], family) : low;
        return Match(FieldKey.Whole(field, family), [new ValueRange(low, high)], negated);
    }

    private static DestinationKindStep DestinationKind(string text, bool negated)
    {
        ImmutableArray<AddressKind> kinds = [.. text.Split(',').Select(name => name switch
        {
            "LOCAL" => AddressKind.Local,
            "MULTICAST" => AddressKind.Multicast,
            "BROADCAST" => AddressKind.Broadcast,
            "UNICAST" => AddressKind.Unicast,
            _ => AddressKind.Other,
        })];
        return new DestinationKindStep(kinds, negated, $"addrtype --dst-type {text}");
    }

    private static MatchStep Number(Field field, UInt128 value, bool negated)
    {
        return Match(FieldKey.Whole(field), [ValueRange.Exactly(value)], negated);
    }

    private static MatchStep Match(FieldKey key, IEnumerable<ValueRange> ranges, bool negated)
    {
        return MatchStep.Of(key, ranges, negated, MatchFlavour.Xtables);
    }
}
