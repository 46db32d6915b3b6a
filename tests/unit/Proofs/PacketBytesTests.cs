// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Proofs;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using PacketDotNet;
using Packet = LeakVerifier.Prover.Explaining.Packet;

namespace LeakVerifier.UnitTests.Proofs;

public sealed class PacketBytesTests
{
    private static readonly WireMark Mark = new(0x5eedf00d, 77);

    [TestCase("192.0.2.2", "198.51.100.7", 17)]
    [TestCase("192.0.2.2", "198.51.100.7", 6)]
    [TestCase("2001:db8::2", "2001:db8:ffff::7", 17)]
    [TestCase("2001:db8::2", "2001:db8:ffff::7", 6)]
    public void What_is_sent_is_the_packet_of_the_prover(string source, string destination, int protocol)
    {
        var packet = Of(source, destination, protocol);

        var bytes = PacketBytes.Of(packet, Mark);

        var read = Read(packet, bytes);
        read.SourceAddress.Should().Be(IPAddress.Parse(source));
        read.DestinationAddress.Should().Be(IPAddress.Parse(destination));
        read.TimeToLive.Should().Be(61);
        var transport = (TransportPacket)read.PayloadPacket;
        transport.Should().BeAssignableTo(protocol == 6 ? typeof(TcpPacket) : typeof(UdpPacket));
        (transport is TcpPacket tcp ? tcp.DestinationPort : ((UdpPacket)transport).DestinationPort).Should().Be(4242);
        (transport is TcpPacket t ? t.SourcePort : ((UdpPacket)transport).SourcePort).Should().Be(40404);
        (transport is TcpPacket sealedTcp ? sealedTcp.ValidTcpChecksum : ((UdpPacket)transport).ValidUdpChecksum).Should().BeTrue();
    }

    [Test]
    public void A_packet_is_known_again_by_what_it_carries()
    {
        var frame = Frame(PacketBytes.Of(Of("192.0.2.2", "198.51.100.7", 17), Mark));

        WireMark.Find(Mark.Magic, frame).Should().Be(77);
        WireMark.Find(Mark.Magic + 1, frame).Should().Be(0, "another lab's packets are not this one's");
    }

    [Test]
    public void An_error_message_that_quotes_a_packet_is_not_the_packet()
    {
        var quoted = PacketBytes.Of(Of("192.0.2.2", "198.51.100.7", 17), Mark);
        var error = Of("192.0.2.1", "192.0.2.2", 1).With(Field.Transport, 3u << 24);
        byte[] bytes = [.. PacketBytes.Of(error, new WireMark(1, 1), payloadLength: 0), .. quoted];

        WireMark.Find(Mark.Magic, Frame(bytes)).Should().Be(0);
    }

    [TestCase("192.0.2.2", "198.51.100.7")]
    [TestCase("2001:db8::2", "2001:db8:ffff::7")]
    public void A_later_fragment_has_its_offset_and_no_transport_header(string source, string destination)
    {
        var packet = Of(source, destination, 17).With(Field.FragmentOffset, 2).With(Field.NextHeader, 44);

        var bytes = PacketBytes.Of(packet, Mark);

        var offset = packet.Family == IpFamily.Ip4 ? bytes[7] : bytes[43] >> 3;
        offset.Should().Be(2);
        (packet.Family == IpFamily.Ip4 ? bytes[9] : bytes[40]).Should().Be(17);
        WireMark.Find(Mark.Magic, Frame(bytes)).Should().Be(77);
    }

    [TestCase("192.0.2.2", "198.51.100.7")]
    [TestCase("2001:db8::2", "2001:db8:ffff::7")]
    public void A_packet_that_is_too_short_for_a_mark_has_it_in_its_header(string source, string destination)
    {
        var packet = Of(source, destination, 17).With(Field.Truncated, 1);

        WireMark.FindInHeader(Frame(PacketBytes.Of(packet, Mark))).Should().Be(77);
    }

    private static Packet Of(string source, string destination, int protocol)
    {
        var family = IPAddress.Parse(source).GetAddressBytes().Length == 4 ? IpFamily.Ip4 : IpFamily.Ip6;
        return new Packet { Path = PathKind.Output, Family = family, OutInterface = "eth0" }
            .With(Field.Source, Number(source)).With(Field.Destination, Number(destination))
            .With(Field.Protocol, (UInt128)protocol).With(Field.NextHeader, (UInt128)protocol).With(Field.HopLimit, 61)
            .With(Field.Transport, (40404u << 16) | 4242u).With(Field.TcpFlags, 2);
    }

    private static UInt128 Number(string address) => AddressRanges.ToNumber(IPAddress.Parse(address));

    private static IPPacket Read(Packet packet, byte[] bytes)
    {
        var segment = new PacketDotNet.Utils.ByteArraySegment(bytes);
        return packet.Family == IpFamily.Ip4 ? new IPv4Packet(segment) : new IPv6Packet(segment);
    }

    private static byte[] Frame(byte[] packet) => [.. new byte[14], .. packet];
}
