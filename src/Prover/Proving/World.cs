// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>The packets that can be at the start of a path: what headers and sockets cannot be is left out.</summary>
internal sealed class World(IGates gates, PacketSpace space, InterfaceClasses classes, Hooks hooks)
{
    /// <summary>IPv6 headers that lead to another one (IANA); ESP (50) does not.</summary>
    private static readonly ImmutableArray<ValueRange> ExtensionHeaders = ValueRange.Normalise(
        new[] { 0, 43, 44, 51, 60, 135, 139, 140 }.Select(n => ValueRange.Exactly((UInt128)n)));

    /// <summary>The packets of a path.</summary>
    public int Of(PathKind path, bool noRawSockets)
    {
        var result = All(Interfaces(path), States(), Headers(), Forms(path));
        result = path == PathKind.Forward
            ? gates.Difference(result, space.Bits(Field.HasSocket)[0])
            : gates.And(result, Owners());
        // Ordinary sockets' packets are fragmented behind postrouting. A raw socket can send a fragment, which conntrack
        // reassembles unless the socket says IP_NODEFRAG (ip(7)). IPv6 has no such option, but an IPv6 fragment whose header
        // gives the payload's length as 0 is left alone, of this machine and of others (net/ipv6/netfilter/
        // nf_conntrack_reasm.c, nf_ct_frag6_gather; both were seen on the wire).
        var isReassembled = path == PathKind.Forward && space.Family == IpFamily.Ip4 && hooks.Reassembles(Hook.Prerouting);
        if (isReassembled || noRawSockets && path == PathKind.Output)
        {
            result = gates.And(result, IsFirst());
        }
        if (noRawSockets && path == PathKind.Output)
        {
            result = gates.Difference(result, space.Bits(Field.Truncated)[0]);
            result = gates.Difference(result, space.Bits(Field.TransportUnknown)[0]);
        }
        return result;
    }

    private int Interfaces(PathKind path)
    {
        var last = (UInt128)(uint)(classes.All.Length - 1);
        var some = ImmutableArray.Create(new ValueRange(1, last));
        var routed = In(Field.RoutedInterface, some);
        var seen = In(Field.OutInterface, some);
        return path == PathKind.Forward ? All(routed, seen, In(Field.InInterface, some)) : All(routed, seen);
    }

    // Nobody has the number that stands for "no number" (linux/uidgid.h, uid_valid).
    private int Owners()
    {
        var all = ImmutableArray.Create(new ValueRange(0, uint.MaxValue - 1));
        return gates.And(In(Field.Uid, all), In(Field.Gid, all));
    }

    private int States()
    {
        var states = In(Field.ConnectionState, [new ValueRange(0, (int)ConnectionState.Untracked)]);
        // Conntrack finds no connection in a header that is cut off (net/netfilter/nf_conntrack_core.c, get_l4proto and
        // nf_ct_get_tuple): TCP, UDP and both ICMPs need eight bytes.
        var needsHeader = In(Field.Protocol,
            ValueRange.Normalise(new uint[] { 1, 6, 17, 58 }.Select(number => ValueRange.Exactly(number))));
        var isTracked = In(Field.ConnectionState, [new ValueRange(0, (int)ConnectionState.Related)]);
        // The first of a connection is never an answer.
        var isReply = gates.And(Equal(Field.ConnectionState, (int)ConnectionState.New), space.Bits(Field.ConnectionDirection)[0]);
        return gates.Difference(states, gates.Or(isReply, All(needsHeader, isTracked, space.Bits(Field.Truncated)[0])));
    }

    // Nothing fragments a frame of a packet socket, and without a chain that looks the form does not matter.
    private int Forms(PathKind path)
    {
        var whole = Equal(Field.EgressForm, (int)EgressForm.Whole);
        if (path == PathKind.PacketSocket || !hooks.At(Hook.Egress, isNat: false).Any())
        {
            return whole;
        }
        var first = gates.And(Equal(Field.EgressForm, (int)EgressForm.FirstFragment), IsFirst());
        var isLater = gates.Not(BitVectors.Equal(gates, space.Bits(Field.EgressFragment).AsSpan(3), UInt128.Zero));
        var later = gates.And(Equal(Field.EgressForm, (int)EgressForm.LaterFragment), isLater);
        return gates.Or(whole, gates.Or(first, later));
    }

    private int Headers()
    {
        var isFirst = IsFirst();
        var fragmentIsWhole = gates.Or(isFirst, gates.Not(space.Bits(Field.Truncated)[0]));
        if (space.Family == IpFamily.Ip4)
        {
            return gates.Difference(fragmentIsWhole, space.Bits(Field.TransportUnknown)[0]);
        }
        var isExtension = In(Field.NextHeader, ExtensionHeaders);
        var isDirect = BitVectors.Equal(gates, space.Bits(Field.NextHeader), space.Bits(Field.Protocol));
        isDirect = gates.And(isDirect, gates.And(isFirst, gates.Not(space.Bits(Field.TransportUnknown)[0])));
        var flags = BitVectors.Equal(gates, space.Bits(Field.FragmentOffset).AsSpan(0, 3), UInt128.Zero);
        return All(fragmentIsWhole, gates.Or(isExtension, isDirect), flags);
    }

    private int IsFirst()
    {
        return BitVectors.Equal(gates, space.Bits(Field.FragmentOffset).AsSpan(3), UInt128.Zero);
    }

    private int In(Field field, ImmutableArray<ValueRange> ranges)
    {
        return BitVectors.InRanges(gates, space.Bits(field), ranges.AsSpan());
    }

    private int Equal(Field field, int value)
    {
        return BitVectors.Equal(gates, space.Bits(field), (UInt128)value);
    }

    private int All(params ReadOnlySpan<int> parts)
    {
        var result = gates.True;
        foreach (var part in parts)
        {
            result = gates.And(result, part);
        }
        return result;
    }
}
