// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>Turns what a rule matches into functions of the packet.</summary>
/// <param name="space">The variables.</param>
/// <param name="classes">The interfaces.</param>
internal sealed class Matching(PacketSpace space, InterfaceClasses classes)
{
    /// <summary>The unknown for nft expressions that read the transport header in a later fragment.</summary>
    public const string FragmentReadNative = "fragment: nft reads a later fragment's bytes as ports";

    /// <summary>The unknown for xtables matches that read the transport header in a later fragment.</summary>
    public const string FragmentReadXtables = "fragment: an xtables match reads a later fragment's bytes as ports";

    /// <summary>The unknown for transport headers of less than four bytes.</summary>
    public const string ShortHeader = "short header: the first half of a cut-off transport header is read";

    /// <summary>The unknown for TCP headers that end before the flags.</summary>
    public const string ShortTcpHeader = "short header: the flags of a cut-off TCP header are read";

    /// <summary>Whether a sender cuts a TCP header off before the flags: it is the sender's choice.</summary>
    public const string CutsTcpHeader = "a TCP header that its sender cuts off before the flags";

    /// <summary>The unknown whether a packet without a socket has a connection before it is tracked.</summary>
    public const string Attached = "whether an answer of the kernel's (a reset, an ICMP error) has the connection of what it answers";

    /// <summary>The words for what rules ask or set of connections too early.</summary>
    public const string TooEarly = "connection tracking before its hook";

    private const string ImpliedFamily = "nft lists an ICMP rule alike with and without its condition on the IP version: "
        + "give the output of nft --debug=netlink list ruleset too";

    private readonly IGates _gates = space.Gates;

    /// <summary>Where a match holds.</summary>
    /// <param name="step">The match.</param>
    /// <param name="state">The packet.</param>
    /// <param name="context">The hook.</param>
    /// <param name="place">The place of the step, to name what is unknown.</param>
    public int Holds(RuleStep step, SymbolicState state, HookContext context, string place)
    {
        return step switch
        {
            FamilyStep family when family.Family == space.Family => _gates.True,
            FamilyStep { IsImplied: true } => space.Unknown(place, ImpliedFamily),
            FamilyStep => _gates.False,
            NeverStep => _gates.False,
            UnknownStep unknown => space.Unknown(place, unknown.Construct),
            DirectStep direct => space.Family == IpFamily.Ip4 ? _gates.True : _gates.Or(
                BitVectors.Equal(_gates, state.Bits(Field.NextHeader), direct.Protocol), space.Unknown(place, direct.Construct)),
            FragmentHeaderStep header => space.Family == IpFamily.Ip4 ? _gates.False : _gates.Or(
                IsLaterFragment(state), space.Unknown(place, header.Construct)),
            CgroupStep cgroup => Holds(cgroup, place),
            MatchStep match => Holds(match, state, context, place),
            DestinationKindStep kind => Holds(kind, state, place),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "not a match"),
        };
    }

    /// <summary>Where an element of a set or map is hit, with every key readable.</summary>
    public int Holds(
        ImmutableArray<Key> keys, Element element, SymbolicState state, HookContext context, string place)
    {
        var result = Readable(keys, state, context, MatchFlavour.Native);
        return NeedsTracking(keys, context)
            ? _gates.And(result, space.Unknown(place, TooEarly))
            : _gates.And(result, Inside(keys, element, state, context));
    }

    /// <summary>Whether a field belongs to the connection.</summary>
    public static bool IsOfConnection(Field field)
    {
        return field is Field.ConnectionState or Field.ConnectionDirection or Field.ConnectionMark or Field.ConnectionStatus;
    }

    /// <summary>Whether an expression reads a field of the connection.</summary>
    public static bool AsksForConnection(ValueExpression expression) => expression switch
    {
        FieldExpression field => IsOfConnection(field.Field),
        BitwiseExpression bitwise => AsksForConnection(bitwise.Operand),
        XorExpression xor => AsksForConnection(xor.Left) || AsksForConnection(xor.Right),
        _ => false,
    };

    /// <summary>Whether a packet's transport header can be read.</summary>
    public int TransportReadable(SymbolicState state, MatchFlavour flavour, bool isFirstHalf)
    {
        var read = flavour == MatchFlavour.Native ? FragmentReadNative : FragmentReadXtables;
        var isFragment = IsLaterFragment(state);
        var readable = _gates.Or(_gates.Not(isFragment), space.Unknown(read, read));
        var cutOff = state.Bits(Field.Truncated)[0];
        var whole = isFirstHalf
            ? _gates.Or(_gates.Not(cutOff), space.Unknown(ShortHeader, ShortHeader))
            : _gates.Not(cutOff);
        return _gates.And(_gates.And(readable, whole), _gates.Not(state.Bits(Field.TransportUnknown)[0]));
    }

    /// <summary>Whether a packet is a fragment other than the first: its offset (13 bits) is not zero.</summary>
    public int IsLaterFragment(SymbolicState state)
    {
        return _gates.Not(BitVectors.Equal(_gates, state.Bits(Field.FragmentOffset).AsSpan(3), UInt128.Zero));
    }

    /// <summary>The value of an expression; bits of what cannot be known are unknowns.</summary>
    public int[] Value(ValueExpression expression, SymbolicState state, int width, string place)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return BitVectors.Constant(_gates, constant.Value, width);
            case FieldExpression field:
                return state.Bits(field.Field);
            case BitwiseExpression bitwise:
                return Bitwise(bitwise, state, width, place);
            case XorExpression xor:
                var left = Value(xor.Left, state, width, place + "l");
                var right = Value(xor.Right, state, width, place + "r");
                return [.. left.Zip(right, (a, b) => _gates.Ite(a, _gates.Not(b), b))];
            case UnknownExpression unknown:
                return space.UnknownVector(place, unknown.Construct, width);
            default:
                throw new ArgumentOutOfRangeException(nameof(expression), expression, "not an expression");
        }
    }

    /// <summary>Where every field that an expression reads can be read.</summary>
    public int Readable(ValueExpression expression, SymbolicState state)
    {
        return expression switch
        {
            FieldExpression field => Readable(FieldKey.Whole(field.Field), state, MatchFlavour.Native),
            BitwiseExpression bitwise => Readable(bitwise.Operand, state),
            XorExpression xor => _gates.And(Readable(xor.Left, state), Readable(xor.Right, state)),
            _ => _gates.True,
        };
    }

    private int[] Bitwise(BitwiseExpression bitwise, SymbolicState state, int width, string place)
    {
        var bits = BitVectors.Masked(_gates, Value(bitwise.Operand, state, width, place), bitwise.Mask);
        for (var i = 0; i < width; i++)
        {
            bits[i] = BitVectors.Bit(bitwise.Flip, width, i) ? _gates.Not(bits[i]) : bits[i];
        }
        return bits;
    }

    private int Holds(MatchStep match, SymbolicState state, HookContext context, string place)
    {
        if (NeedsTracking(match.Keys, context))
        {
            return space.Unknown(place, TooEarly);
        }
        var readable = Readable(match.Keys, state, context, match.Flavour);
        var inside = _gates.AnyOf([.. match.Elements.Select(element => Inside(match.Keys, element, state, context))]);
        if (!match.Negated)
        {
            return _gates.And(readable, inside);
        }
        return match.Flavour == MatchFlavour.XtablesOwner
            ? _gates.Not(_gates.And(readable, inside))
            : _gates.And(readable, _gates.Not(inside));
    }

    private int Inside(ImmutableArray<Key> keys, Element element, SymbolicState state, HookContext context)
    {
        var result = _gates.True;
        for (var i = keys.Length - 1; i >= 0; i--)
        {
            result = _gates.And(Inside(keys[i], element.Parts[i], state, context), result);
        }
        return result;
    }

    private int Inside(Key key, KeyValues values, SymbolicState state, HookContext context)
    {
        switch (key, values)
        {
            case (FieldKey field, NumberValues numbers):
                var bits = state.Bits(field.Field).AsSpan(field.Offset, field.Length);
                return field.Mask is { } mask
                    ? BitVectors.InRanges(_gates, BitVectors.Masked(_gates, bits, mask), numbers.Ranges.AsSpan())
                    : BitVectors.InRanges(_gates, bits, numbers.Ranges.AsSpan());
            case (InterfaceKey { IsOutput: var isOutput, ByIndex: var byIndex }, NameValues names):
                return Inside(Side(state, context, isOutput), names, byIndex);
            case (InterfaceKindKey { IsOutput: var isOutput }, NameValues kinds):
                return OfClass(Side(state, context, isOutput), i => classes.MatchesKind(i, kinds));
            default:
                throw new ArgumentException("a key and its values differ in kind", nameof(values));
        }
    }

    private int[] Side(SymbolicState state, HookContext context, bool isOutput)
    {
        return (isOutput ? context.OutInterface : context.InInterface) is { } side
            ? state.Bits(side)
            : BitVectors.Constant(_gates, 0, Fields.Width(Field.InInterface, space.Family));
    }

    private int Inside(int[] bits, NameValues names, bool byIndex)
    {
        return OfClass(bits, i => classes.Matches(i, names, byIndex));
    }

    private int OfClass(int[] bits, Func<int, bool> isMeant)
    {
        var matching = Enumerable.Range(0, classes.All.Length).Where(isMeant);
        var ranges = ValueRange.Normalise(matching.Select(i => ValueRange.Exactly((UInt128)(uint)i)));
        return BitVectors.InRanges(_gates, bits, ranges.AsSpan());
    }

    // A rule may ask for a group above the one that it names: then it matches nothing of what it seems to.
    private int Holds(CgroupStep step, string place)
    {
        var isIn = space.Unknown(CgroupStep.KeyOf(step.Group), $"the control group {step.Group}", isHistory: true);
        return step.IsSure ? isIn : _gates.And(isIn, space.Unknown(place, $"the level of control group {step.Group}"));
    }

    private static bool NeedsTracking(ImmutableArray<Key> keys, HookContext context)
    {
        return !context.IsTracked && keys.Any(key => key is FieldKey field && IsOfConnection(field.Field));
    }

    private int Readable(ImmutableArray<Key> keys, SymbolicState state, HookContext context, MatchFlavour flavour)
    {
        return keys.Aggregate(_gates.True, (all, key) => _gates.And(all, key switch
        {
            FieldKey field => Readable(field, state, flavour),
            // A card of the machine has no kind (net/netfilter/nft_meta.c: no rtnl_link_ops).
            InterfaceKindKey kind => OfClass(Side(state, context, kind.IsOutput), i => classes.All[i].Kind.Length > 0),
            _ => _gates.True,
        }));
    }

    private int Readable(FieldKey key, SymbolicState state, MatchFlavour flavour)
    {
        switch (key.Field)
        {
            case Field.Uid or Field.Gid:
                return state.Bits(Field.HasSocket)[0];
            case Field.Transport:
                return TransportReadable(state, flavour, key.Offset + key.Length <= 16);
            case Field.TcpFlags:
                return _gates.And(TransportReadable(state, flavour, isFirstHalf: false),
                    _gates.Not(_gates.And(
                        space.Unknown(CutsTcpHeader, CutsTcpHeader, isHistory: true), space.Unknown(ShortTcpHeader, ShortTcpHeader))));
            case Field.Protocol:
                return _gates.Not(state.Bits(Field.TransportUnknown)[0]);
            case Field.ConnectionDirection or Field.ConnectionMark or Field.ConnectionStatus:
                return BitVectors.InRanges(_gates, state.Bits(Field.ConnectionState),
                    [new ValueRange((int)ConnectionState.New, (int)ConnectionState.Related)]);
            default:
                return _gates.True;
        }
    }

    // An address of this machine need not be reached over lo: a socket that is bound to an interface sends it there.
    private int Holds(DestinationKindStep step, SymbolicState state, string place)
    {
        var unknown = space.Unknown(place, step.Construct);
        if (step.IsUnclear(space.Family))
        {
            return unknown;
        }
        var destination = state.Bits(Field.Destination);
        var groups = space.Family == IpFamily.Ip4 ? AddressRanges.Groups4 : AddressRanges.Groups6;
        var isGroup = BitVectors.InRanges(_gates, destination, groups.AsSpan());
        var isBroadcast = space.Family == IpFamily.Ip4
            ? BitVectors.InRanges(_gates, destination, AddressRanges.Broadcast4.AsSpan())
            : _gates.False;
        var inside = _gates.Ite(isGroup, Has(step, AddressKind.Multicast),
            _gates.Ite(isBroadcast, Has(step, AddressKind.Broadcast), unknown));
        return step.Negated ? _gates.Not(inside) : inside;
    }

    private int Has(DestinationKindStep step, AddressKind kind)
    {
        return step.Kinds.Contains(kind) ? _gates.True : _gates.False;
    }
}
