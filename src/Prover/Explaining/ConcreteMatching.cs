// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Explaining;

/// <summary>Whether one packet matches: the plain reading of the same rules, without diagrams.</summary>
internal static class ConcreteMatching
{
    /// <summary>Whether a match holds.</summary>
    public static bool Holds(RuleStep step, Flight flight, string place)
    {
        return step switch
        {
            FamilyStep family => family.Family == flight.Packet.Family || family.IsImplied && flight.Unknown(place),
            NeverStep => false,
            UnknownStep => flight.Unknown(place),
            DirectStep direct => flight.Packet.Family == IpFamily.Ip4 || flight[Field.NextHeader] == direct.Protocol
                || flight.Unknown(place),
            FragmentHeaderStep => flight.Packet.Family == IpFamily.Ip6
                && (flight.IsLaterFragment || flight.Unknown(place)),
            CgroupStep cgroup => flight.Unknown(CgroupStep.KeyOf(cgroup.Group)) && (cgroup.IsSure || flight.Unknown(place)),
            MatchStep match => Holds(match, flight, place),
            DestinationKindStep kind => Holds(kind, flight, place) != kind.Negated,
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "not a match"),
        };
    }

    /// <summary>Whether an element is hit.</summary>
    public static bool Holds(ImmutableArray<Key> keys, Element element, Flight flight, string place)
    {
        if (!keys.All(key => IsReadable(key, flight, MatchFlavour.Native)))
        {
            return false;
        }
        return NeedsTracking(keys, flight) ? flight.Unknown(place) : Inside(keys, element, flight);
    }

    /// <summary>The value of an expression; null: something in it cannot be read.</summary>
    public static UInt128? Value(ValueExpression expression, Flight flight, int width, string place)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value & ValueRange.MaximumOf(width);
            case FieldExpression field:
                var isReadable = IsReadable(FieldKey.Whole(field.Field), flight, MatchFlavour.Native);
                return isReadable ? flight[field.Field] : null;
            case BitwiseExpression bitwise:
                var operand = Value(bitwise.Operand, flight, width, place);
                return (operand & bitwise.Mask) ^ (bitwise.Flip & ValueRange.MaximumOf(width));
            case XorExpression xor:
                return Value(xor.Left, flight, width, place + "l") ^ Value(xor.Right, flight, width, place + "r");
            default:
                return flight.UnknownNumber(place, width);
        }
    }

    private static bool Holds(MatchStep match, Flight flight, string place)
    {
        if (NeedsTracking(match.Keys, flight))
        {
            return flight.Unknown(place);
        }
        var isReadable = match.Keys.All(key => IsReadable(key, flight, match.Flavour));
        var isInside = isReadable && match.Elements.Any(element => Inside(match.Keys, element, flight));
        if (!match.Negated)
        {
            return isInside;
        }
        return !isInside && (isReadable || match.Flavour == MatchFlavour.XtablesOwner);
    }

    private static bool NeedsTracking(ImmutableArray<Key> keys, Flight flight)
    {
        return !flight.IsTracked && keys.Any(key => key is FieldKey field && Matching.IsOfConnection(field.Field));
    }

    private static bool Inside(ImmutableArray<Key> keys, Element element, Flight flight)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            var isInside = (keys[i], element.Parts[i]) switch
            {
                (FieldKey field, NumberValues numbers) => ValueRange.Contains(numbers.Ranges, flight.Slice(field)),
                (InterfaceKey side, NameValues names) => Inside(side, names, flight),
                (InterfaceKindKey side, NameValues kinds) => kinds.Names.Any(kind => kind.Stem == KindOf(side, flight)),
                _ => throw new ArgumentException("a key and its values differ in kind", nameof(element)),
            };
            if (!isInside)
            {
                return false;
            }
        }
        return true;
    }

    private static bool Inside(InterfaceKey side, NameValues names, Flight flight)
    {
        var name = side.IsOutput ? flight.Out : flight.In;
        if (name.Length == 0)
        {
            return !side.ByIndex && names.Names.Any(pattern => pattern is { IsPrefix: true, Stem: "" });
        }
        var isLater = side.IsOutput ? flight.IsLaterOut : flight.Packet.IsLaterIn;
        return !(side.ByIndex && isLater) && names.Names.Any(pattern => pattern.Matches(name));
    }

    private static string KindOf(InterfaceKindKey key, Flight flight)
    {
        var isThere = (key.IsOutput ? flight.Out : flight.In).Length > 0;
        return !isThere ? "" : key.IsOutput ? flight.OutKind : flight.Packet.InKind;
    }

    private static bool IsReadable(Key key, Flight flight, MatchFlavour flavour)
    {
        if (key is not FieldKey field)
        {
            return key is not InterfaceKindKey kind || KindOf(kind, flight).Length > 0;
        }
        switch (field.Field)
        {
            case Field.Uid or Field.Gid:
                return flight[Field.HasSocket] == 1;
            case Field.Protocol:
                return flight[Field.TransportUnknown] == 0;
            case Field.Transport:
                return IsTransportReadable(flight, flavour, field.Offset + field.Length <= 16);
            case Field.TcpFlags:
                return IsTransportReadable(flight, flavour, false)
                    && !(flight.Unknown(Matching.CutsTcpHeader) && flight.Unknown(Matching.ShortTcpHeader));
            case Field.ConnectionDirection or Field.ConnectionMark or Field.ConnectionStatus:
                return flight[Field.ConnectionState] <= (UInt128)(int)ConnectionState.Related;
            default:
                return true;
        }
    }

    private static bool IsTransportReadable(Flight flight, MatchFlavour flavour, bool isFirstHalf)
    {
        var read = flavour == MatchFlavour.Native ? Matching.FragmentReadNative : Matching.FragmentReadXtables;
        var isCutOff = flight[Field.Truncated] == 1;
        return flight[Field.TransportUnknown] == 0
            && (!flight.IsLaterFragment || flight.Unknown(read))
            && (!isCutOff || isFirstHalf && flight.Unknown(Matching.ShortHeader));
    }

    private static bool Holds(DestinationKindStep step, Flight flight, string place)
    {
        var isIp4 = flight.Packet.Family == IpFamily.Ip4;
        if (step.IsUnclear(flight.Packet.Family))
        {
            return flight.Unknown(place) != step.Negated;
        }
        var destination = flight[Field.Destination];
        if (ValueRange.Contains(isIp4 ? AddressRanges.Groups4 : AddressRanges.Groups6, destination))
        {
            return step.Kinds.Contains(AddressKind.Multicast);
        }
        if (isIp4 && ValueRange.Contains(AddressRanges.Broadcast4, destination))
        {
            return step.Kinds.Contains(AddressKind.Broadcast);
        }
        return flight.Unknown(place);
    }
}
