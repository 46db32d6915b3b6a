// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>One datagram of an ordinary or raw socket.</summary>
internal sealed record Probe(
    IPAddress Destination, string OutInterface, byte Protocol, ushort SourcePort, ushort DestinationPort, uint Uid, uint Mark)
{
    /// <summary>User ids that probes have.</summary>
    public static readonly uint[] Uids = [0, 1000, 1194];

    private static readonly (string Address, string Interface)[] Destinations =
    [
        ("198.51.100.7", "eth0"), ("198.51.100.200", "eth0"), ("203.0.113.10", "eth1"), ("203.0.113.77", "eth1"),
        ("2001:db8:1::7", "eth0"), ("2001:db8:1::200", "eth0"), ("2001:db8:2::10", "eth1"), ("2001:db8:2::77", "eth1"),
    ];

    /// <summary>Every destination and the interface that leads there.</summary>
    public static IReadOnlyList<(string Address, string Interface)> AllDestinations => Destinations;

    /// <summary>The transport header, and a number by which the packet is known again.</summary>
    public byte[] Bytes(ulong nonce)
    {
        var isIcmp = Protocol is 1 or 58;
        var bytes = new byte[(Protocol == 6 ? 20 : 8) + 8];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, isIcmp ? (ushort)((Protocol == 1 ? 8 : 128) << 8) : SourcePort);
        if (!isIcmp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), DestinationPort);
        }
        switch (Protocol)
        {
            case 17:
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)bytes.Length);
                break;
            case 6:
                // A header of five words, the flag SYN.
                bytes[12] = 0x50;
                bytes[13] = 2;
                break;
        }
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(bytes.Length - 8), nonce);
        return bytes;
    }

    /// <summary>A random probe.</summary>
    public static Probe Next(Random random)
    {
        var (address, name) = Destinations[random.Next(Destinations.Length)];
        var parsed = IPAddress.Parse(address);
        var isIp4 = parsed.GetAddressBytes().Length == 4;
        var protocol = random.Next(4) switch { 0 => 6, 1 => isIp4 ? 1 : 58, _ => 17 };
        ushort[] ports = [53, 67, 1194, 443, 4242];
        uint[] marks = [0, 0, 1, 5, 0x105];
        return new Probe(parsed, name, (byte)protocol, (ushort)(41_000 + random.Next(3)), ports[random.Next(ports.Length)],
            Uids[random.Next(Uids.Length)], marks[random.Next(marks.Length)]);
    }

    /// <summary>What the prover calls it.</summary>
    public Packet ToPacket()
    {
        var family = Destination.GetAddressBytes().Length == 4 ? IpFamily.Ip4 : IpFamily.Ip6;
        var isIcmp = Protocol is 1 or 58;
        // ICMP: an echo request; no rule asks for its checksum, which stands where ports would.
        var first = isIcmp ? (Protocol == 1 ? 8u : 128u) << 8 : SourcePort;
        return new Packet { Path = PathKind.Output, Family = family, OutInterface = OutInterface }
            .With(Field.Destination, AddressRanges.ToNumber(Destination))
            .With(Field.Source, AddressRanges.ToNumber(PacketLab.SourceOf(OutInterface, family)))
            .With(Field.Protocol, Protocol).With(Field.NextHeader, Protocol)
            .With(Field.Transport, ((UInt128)first << 16) | (isIcmp ? 0u : DestinationPort))
            .With(Field.TcpFlags, Protocol == 6 ? 2u : 0u).With(Field.HopLimit, 64)
            .With(Field.HasSocket, 1).With(Field.Uid, Uid).With(Field.Gid, 0).With(Field.Mark, Mark)
            .With(Field.ConnectionState, (UInt128)(int)ConnectionState.New);
    }
}
