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
internal sealed class AllowedPackets(PacketSpace space, EgressPolicy policy, InterfaceClasses classes)
{
    private const int Icmp = 1;
    private const int Tcp = 6;
    private const int Udp = 17;
    private const int IcmpV6 = 58;

    private readonly IGates _gates = space.Gates;
    private readonly IpFamily _family = space.Family;

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
            return _gates.False;
        }
        var result = _gates.Or(Transport(state), Local(state));
        if (!mayChangeSourcePort)
        {
            result = _gates.Or(result, Management(state));
        }
        if (policy.AllowDhcp && !mayChangeSourcePort)
        {
            result = _gates.Or(result, Dhcp(state));
        }
        return policy.AllowNeighbourDiscovery && _family == IpFamily.Ip6
            ? _gates.Or(result, NeighbourDiscovery(state))
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
        var result = _gates.False;
        foreach (var server in policy.Servers.Where(s => AddressRanges.FamilyOf(s.Address) == _family))
        {
            var destination = Equal(state.Bits(Field.Destination), AddressRanges.ToNumber(server.Address));
            var protocol = Protocol(state, server.Protocol);
            var port = server.Port is { } number
                ? _gates.Or(LaterFragment(state), _gates.And(HasPorts(state), Equal(DestinationPort(state), number)))
                : _gates.True;
            result = _gates.Or(result, And(destination, protocol, port));
        }
        return _gates.And(user, result);
    }

    private int Identity(SymbolicState state)
    {
        var user = policy.Identity.Uid is { } uid
            ? _gates.And(state.Bits(Field.HasSocket)[0], Equal(state.Bits(Field.Uid), uid))
            : _gates.True;
        var marked = policy.Identity.Mark is { } mark ? _gates.And(user, Marked(mark)) : user;
        return policy.Identity.Cgroup?.Trim('/') is { } group
            ? _gates.And(marked, space.Unknown(CgroupStep.KeyOf(group), $"the control group {group}", isHistory: true))
            : marked;
    }

    // The mark with which the socket sends it: one that rules set says nothing of the sender.
    private int Marked(FirewallMark mark)
    {
        var bits = space.Bits(Field.Mark);
        var result = _gates.True;
        for (var index = 0; index < bits.Length; index++)
        {
            var bit = 1u << (bits.Length - 1 - index); // the first is the most significant
            if ((mark.Mask & bit) != 0)
            {
                result = _gates.And(result, (mark.Value & bit) != 0 ? bits[index] : _gates.Not(bits[index]));
            }
        }
        return result;
    }

    private int Protocol(SymbolicState state, TransportProtocol protocol)
    {
        // The kernel looks behind an IPv6 authentication header for the transport protocol (ipv6_find_hdr).
        return protocol == TransportProtocol.Ah && _family == IpFamily.Ip6
            ? Equal(state.Bits(Field.NextHeader), (UInt128)(int)protocol)
            : _gates.And(Equal(state.Bits(Field.Protocol), (UInt128)(int)protocol), KnownProtocol(state));
    }

    private int Local(SymbolicState state)
    {
        var networks = _gates.False;
        foreach (var local in policy.LocalNetworks)
        {
            if (AddressRanges.FamilyOf(local.Network.BaseAddress) == _family)
            {
                var on = local.Interface is { } name ? Interfaces(state, c => c.Name == name) : _gates.True;
                networks = _gates.Or(networks, _gates.And(on, In(state.Bits(Field.Destination), Range(local.Network))));
            }
        }
        networks = And(networks, PlainProtocol(state), KnownProtocol(state));
        var isDns = Dns(state);
        return _gates.Or(_gates.Difference(networks, isDns), _gates.And(Resolvers(state), isDns));
    }

    // Answers of a service to those who may administer the machine: from its port, to their network, on its interface.
    private int Management(SymbolicState state)
    {
        var result = _gates.False;
        foreach (var access in policy.Management)
        {
            if (AddressRanges.FamilyOf(access.Network.BaseAddress) == _family)
            {
                result = _gates.Or(result, And(
                    Interfaces(state, c => c.Name == access.Interface),
                    In(state.Bits(Field.Destination), Range(access.Network)),
                    Equal(state.Bits(Field.Protocol), Tcp),
                    HasPorts(state),
                    Equal(state.Bits(Field.Transport).AsSpan(0, 16), access.Port)));
            }
        }
        return result;
    }

    // TCP, UDP and ICMP: what carries packets inside packets could lead anywhere.
    private int PlainProtocol(SymbolicState state)
    {
        UInt128 icmp = _family == IpFamily.Ip4 ? (uint)Icmp : (uint)IcmpV6;
        return In(
            state.Bits(Field.Protocol), [ValueRange.Exactly(Tcp), ValueRange.Exactly(Udp), ValueRange.Exactly(icmp)]);
    }

    private int Resolvers(SymbolicState state)
    {
        return policy.LocalDns.Where(a => AddressRanges.FamilyOf(a) == _family).Aggregate(_gates.False, (all, address) =>
            _gates.Or(all, Equal(state.Bits(Field.Destination), AddressRanges.ToNumber(address))));
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
        var isIp4 = _family == IpFamily.Ip4;
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
            _gates.Difference(KnownProtocol(state), LaterFragment(state)),
            Equal(state.Bits(Field.Protocol), IcmpV6),
            type,
            Equal(state.Bits(Field.Transport).AsSpan(8, 8), 0),
            Equal(state.Bits(Field.HopLimit), 255));
    }

    private int HasPorts(SymbolicState state)
    {
        return _gates.Difference(
            _gates.Difference(KnownProtocol(state), state.Bits(Field.Truncated)[0]), LaterFragment(state));
    }

    private int KnownProtocol(SymbolicState state) => _gates.Not(state.Bits(Field.TransportUnknown)[0]);

    private int LaterFragment(SymbolicState state)
    {
        return _gates.Not(Equal(state.Bits(Field.FragmentOffset).AsSpan(3), 0));
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
        return BitVectors.InRanges(_gates, bits, ValueRange.Normalise(ranges).AsSpan());
    }

    private int Equal(ReadOnlySpan<int> bits, UInt128 value) => BitVectors.Equal(_gates, bits, value);

    private int And(params ReadOnlySpan<int> parts)
    {
        var result = _gates.True;
        foreach (var part in parts)
        {
            result = _gates.And(result, part);
        }
        return result;
    }
}
