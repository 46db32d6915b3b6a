// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>
/// Random packets for a <see cref="PacketLab"/>: output and forwarded, both versions, TCP, UDP and ICMP, whole and, of
/// IPv4, later fragments, of new connections and of known ones in both directions.
/// </summary>
internal sealed class RandomPackets(Random random)
{
    private static readonly (string Address, string Interface)[] Destinations =
    [
        ("198.51.100.7", "eth0"), ("198.51.100.200", "eth0"), ("203.0.113.10", "eth1"), ("203.0.113.77", "eth1"),
        ("2001:db8:1::7", "eth0"), ("2001:db8:1::200", "eth0"), ("2001:db8:2::10", "eth1"), ("2001:db8:2::77", "eth1"),
    ];

    private static readonly uint[] Uids = [0, 1000, 1194];
    private static readonly uint[] Marks = [0, 0, 1, 5, 0x105];
    private static readonly ushort[] Ports = [53, 67, 1194, 443, 4242];
    private static readonly uint[] Lives = [64, 64, 63, 65, 2];

    // A source port or an identifier of ICMP is used once, so that a connection is one packet's own: a new packet would
    // belong to the connection that another one opened before the rules.
    private ushort _nextPort = 41_000;

    /// <summary>Every destination and the interface that leads there.</summary>
    public static IReadOnlyList<(string Address, string Interface)> AllDestinations => Destinations;

    /// <summary>A probe.</summary>
    /// <param name="isKnown">Whether its connection was there before the rules.</param>
    public Probe Next(bool isKnown)
    {
        var (address, name) = Destinations[random.Next(Destinations.Length)];
        var destination = IPAddress.Parse(address);
        var family = AddressRanges.FamilyOf(destination);
        var isForwarded = random.Next(3) == 0;
        var other = name == "eth0" ? "eth1" : "eth0";
        var source = isForwarded ? NeighbourOn(other, family) : PacketLab.SourceOf(name, family);
        var packet = new Packet
        {
            Path = isForwarded ? PathKind.Forward : PathKind.Output,
            Family = family,
            OutInterface = name,
            InInterface = isForwarded ? other : "",
        };
        packet = packet.With(Field.Destination, AddressRanges.ToNumber(destination))
            .With(Field.Source, AddressRanges.ToNumber(source))
            .With(Field.HopLimit, Any(Lives))
            .With(Field.HasSocket, isForwarded ? 0u : 1u).With(Field.Uid, isForwarded ? 0 : Any(Uids))
            .With(Field.Mark, isForwarded ? 0 : Any(Marks));
        packet = isKnown ? Known(Transport(packet)) : Fragment(Transport(packet));
        return new Probe(packet, _nextPort++, isKnown);
    }

    private Packet Transport(Packet packet)
    {
        var echo = packet.Family == IpFamily.Ip4 ? 8u : 128u;
        var icmp = packet.Family == IpFamily.Ip4 ? 1u : 58u;
        var protocol = random.Next(4) switch { 0 => 6u, 1 => icmp, _ => 17u };
        var transport = protocol == icmp ? echo << 24 : ((uint)_nextPort++ << 16) | Any(Ports);
        return packet.With(Field.Protocol, protocol).With(Field.NextHeader, packet.Family == IpFamily.Ip4 ? 0 : protocol)
            .With(Field.Transport, transport).With(Field.TcpFlags, protocol == 6 ? 2u : 0u)
            .With(Field.ConnectionState, (UInt128)(int)ConnectionState.New);
    }

    private Packet Fragment(Packet packet)
    {
        // Of IPv6 a rule reads other bytes than the fragment's as ports (ipv6_find_hdr leaves the offset alone), which the
        // model leaves free and this comparison does not follow.
        return random.Next(8) > 0 || packet.Family == IpFamily.Ip6
            ? packet
            : packet.With(Field.FragmentOffset, (UInt128)(uint)random.Next(1, 4))
                // Conntrack knows no more of a piece than that it is none.
                .With(Field.ConnectionState, (UInt128)(int)ConnectionState.Invalid);
    }

    private Packet Known(Packet packet)
    {
        var isReply = random.Next(2) == 0;
        var icmp = packet.Family == IpFamily.Ip4 ? 0u : 129u;
        var transport = packet[Field.Transport];
        transport = !isReply ? transport
            : packet.Protocol is 1 or 58 ? icmp << 24
            : (transport >> 16) | ((transport & 0xffff) << 16);
        return packet.With(Field.Transport, transport)
            .With(Field.TcpFlags, packet.Protocol == 6 ? 0x10u : 0u)
            .With(Field.ConnectionState, (UInt128)(int)ConnectionState.Established)
            .With(Field.ConnectionDirection, isReply ? 1u : 0u)
            // IPS_SEEN_REPLY and IPS_CONFIRMED; whether it is assured is the kernel's business.
            .With(Field.ConnectionStatus, 0x0a);
    }

    private static IPAddress NeighbourOn(string name, IpFamily family)
    {
        return IPAddress.Parse(Destinations.First(place =>
            place.Interface == name && AddressRanges.FamilyOf(IPAddress.Parse(place.Address)) == family).Address);
    }

    private T Any<T>(T[] of) => of[random.Next(of.Length)];
}
