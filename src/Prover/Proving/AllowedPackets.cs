// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>
/// The policy as a set of packets, written from <see cref="EgressPolicy"/> alone: how a firewall renders the same policy
/// is none of its business.
/// </summary>
internal sealed class AllowedPackets(IGates gates, EgressPolicy policy, InterfaceClasses classes, IpFamily family)
{
    private const int Icmp = 1;
    private const int Tcp = 6;
    private const int Udp = 17;
    private const int IcmpV6 = 58;

    /// <summary>Where the interface by which a packet leaves is physical.</summary>
    public int Physical(SymbolicState state)
    {
        return Interfaces(state, c => c.IsPhysical);
    }

    /// <summary>Where a packet on a physical interface is on the list. What is forwarded never is.</summary>
    /// <param name="state">The packet.</param>
    /// <param name="path">How it comes to leave.</param>
    /// <param name="mayChangeSourcePort">Leave out what depends on the source port.</param>
    public int Of(SymbolicState state, PathKind path, bool mayChangeSourcePort = false)
    {
        if (path == PathKind.Forward)
        {
            return gates.False;
        }
        var result = gates.Or(Transport(state), Local(state));
        if (policy.AllowDhcp && !mayChangeSourcePort)
        {
            result = gates.Or(result, Dhcp(state));
        }
        return policy.AllowNeighbourDiscovery && family == IpFamily.Ip6
            ? gates.Or(result, NeighbourDiscovery(state))
            : result;
    }

    // The tunnel's process to a listed server. A later fragment has no ports: it belongs to the datagram of its sender.
    private int Transport(SymbolicState state)
    {
        var user = Identity(state);
        if (policy.Servers.IsEmpty)
        {
            return user;
        }
        var result = gates.False;
        foreach (var server in policy.Servers.Where(s => AddressRanges.FamilyOf(s.Address) == family))
        {
            var destination = Equal(state.Bits(Field.Destination), AddressRanges.ToNumber(server.Address));
            var protocol = Protocol(state, server.Protocol);
            var port = server.Port is { } number
                ? gates.Or(LaterFragment(state), gates.And(HasPorts(state), Equal(DestinationPort(state), number)))
                : gates.True;
            result = gates.Or(result, And(destination, protocol, port));
        }
        return gates.And(user, result);
    }

    // No field holds a socket's control group: what is only allowed to one is left out, which never allows too much.
    private int Identity(SymbolicState state)
    {
        if (policy.Identity.Cgroup is not null)
        {
            return gates.False;
        }
        var user = policy.Identity.Uid is { } uid
            ? gates.And(state.Bits(Field.HasSocket)[0], Equal(state.Bits(Field.Uid), uid))
            : gates.True;
        return policy.Identity.Mark is { } mark ? gates.And(user, Marked(state, mark)) : user;
    }

    private int Marked(SymbolicState state, FirewallMark mark)
    {
        var bits = state.Bits(Field.Mark);
        var result = gates.True;
        for (var index = 0; index < bits.Length; index++)
        {
            var bit = 1u << (bits.Length - 1 - index); // the first is the most significant
            if ((mark.Mask & bit) != 0)
            {
                result = gates.And(result, (mark.Value & bit) != 0 ? bits[index] : gates.Not(bits[index]));
            }
        }
        return result;
    }

    private int Protocol(SymbolicState state, TransportProtocol protocol)
    {
        // The kernel looks behind an IPv6 authentication header for the transport protocol (ipv6_find_hdr).
        return protocol == TransportProtocol.Ah && family == IpFamily.Ip6
            ? Equal(state.Bits(Field.NextHeader), (UInt128)(int)protocol)
            : gates.And(Equal(state.Bits(Field.Protocol), (UInt128)(int)protocol), KnownProtocol(state));
    }

    private int Local(SymbolicState state)
    {
        var networks = gates.False;
        foreach (var local in policy.LocalNetworks)
        {
            if (AddressRanges.FamilyOf(local.Network.BaseAddress) == family)
            {
                var on = local.Interface is { } name ? Interfaces(state, c => c.Name == name) : gates.True;
                networks = gates.Or(networks, gates.And(on, In(state.Bits(Field.Destination), Range(local.Network))));
            }
        }
        networks = And(networks, PlainProtocol(state), KnownProtocol(state));
        var isDns = Dns(state);
        return gates.Or(gates.Difference(networks, isDns), gates.And(Resolvers(state), isDns));
    }

    // TCP, UDP and ICMP: what carries packets inside packets could lead anywhere.
    private int PlainProtocol(SymbolicState state)
    {
        UInt128 icmp = family == IpFamily.Ip4 ? (uint)Icmp : (uint)IcmpV6;
        return In(
            state.Bits(Field.Protocol), [ValueRange.Exactly(Tcp), ValueRange.Exactly(Udp), ValueRange.Exactly(icmp)]);
    }

    private int Resolvers(SymbolicState state)
    {
        return policy.LocalDns.Where(a => AddressRanges.FamilyOf(a) == family).Aggregate(gates.False, (all, address) =>
            gates.Or(all, Equal(state.Bits(Field.Destination), AddressRanges.ToNumber(address))));
    }

    private int Dns(SymbolicState state)
    {
        var port = In(DestinationPort(state), [ValueRange.Exactly(53), ValueRange.Exactly(853)]);
        var protocol = In(state.Bits(Field.Protocol), [ValueRange.Exactly(Tcp), ValueRange.Exactly(Udp)]);
        return And(HasPorts(state), protocol, port);
    }

    // RFC 2131: 68 to 67, broadcast. RFC 8415: 546 to 547, All_DHCP_Relay_Agents_and_Servers.
    private int Dhcp(SymbolicState state)
    {
        var isIp4 = family == IpFamily.Ip4;
        var address = IPAddress.Parse(isIp4 ? "255.255.255.255" : "ff02::1:2");
        return And(
            HasPorts(state),
            Equal(state.Bits(Field.Protocol), Udp),
            Equal(state.Bits(Field.Transport).AsSpan(0, 16), isIp4 ? 68u : 546u),
            Equal(DestinationPort(state), isIp4 ? 67u : 547u),
            Equal(state.Bits(Field.Destination), AddressRanges.ToNumber(address)));
    }

    // RFC 4861: router and neighbour solicitations and neighbour advertisements, code 0, hop limit 255.
    private int NeighbourDiscovery(SymbolicState state)
    {
        var type = In(state.Bits(Field.Transport).AsSpan(0, 8), [ValueRange.Exactly(133), new ValueRange(135, 136)]);
        return And(
            // Type and code are there even if the rest is cut off.
            gates.Difference(KnownProtocol(state), LaterFragment(state)),
            Equal(state.Bits(Field.Protocol), IcmpV6),
            type,
            Equal(state.Bits(Field.Transport).AsSpan(8, 8), 0),
            Equal(state.Bits(Field.HopLimit), 255));
    }

    private int HasPorts(SymbolicState state)
    {
        return gates.Difference(
            gates.Difference(KnownProtocol(state), state.Bits(Field.Truncated)[0]), LaterFragment(state));
    }

    private int KnownProtocol(SymbolicState state) => gates.Not(state.Bits(Field.TransportUnknown)[0]);

    private int LaterFragment(SymbolicState state)
    {
        return gates.Not(Equal(state.Bits(Field.FragmentOffset).AsSpan(3), 0));
    }

    private static ReadOnlySpan<int> DestinationPort(SymbolicState state)
    {
        return state.Bits(Field.Transport).AsSpan(16, 16);
    }

    private int Interfaces(SymbolicState state, Func<InterfaceClass, bool> isMeant)
    {
        var members = Enumerable.Range(1, classes.All.Length - 1).Where(i => isMeant(classes.All[i]));
        return In(state.Bits(Field.RoutedInterface), [.. members.Select(i => ValueRange.Exactly((UInt128)(uint)i))]);
    }

    private static ImmutableArray<ValueRange> Range(IPNetwork network) => [AddressRanges.Of(network)];

    private int In(ReadOnlySpan<int> bits, ImmutableArray<ValueRange> ranges)
    {
        return BitVectors.InRanges(gates, bits, ValueRange.Normalise(ranges).AsSpan());
    }

    private int Equal(ReadOnlySpan<int> bits, UInt128 value) => BitVectors.Equal(gates, bits, value);

    private int And(params ReadOnlySpan<int> parts)
    {
        var result = gates.True;
        foreach (var part in parts)
        {
            result = gates.And(result, part);
        }
        return result;
    }
}
