// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Traffic.Forging;

namespace LeakVerifier.UnitTests.Traffic;

/// <summary>What is forged is read back as what it was meant to be, and its checksums are right.</summary>
public sealed class ForgingTests
{
    private const string Client = "02:00:00:00:00:64";
    private const string Router = "02:00:00:00:00:01";

    private static readonly byte[] Payload = Encoding.ASCII.GetBytes("lvp-0123456789ab!");

    private static IEnumerable<(IPAddress Source, IPAddress Destination)> Families =>
    [
        (IPAddress.Parse("192.0.2.66"), IPAddress.Parse("198.51.100.130")),
        (IPAddress.Parse("2001:db8:1::66"), IPAddress.Parse("2001:db8:7::2")),
    ];

    [TestCaseSource(nameof(Families))]
    public void A_datagram_is_read_back((IPAddress Source, IPAddress Destination) ends)
    {
        var packet = Packet.Udp(new IPEndPoint(ends.Source, 7300), new IPEndPoint(ends.Destination, 1194), Payload);

        var facts = Read(packet);
        facts.Should().Match<FrameFacts>(frame => frame.SourcePort == 7300 && frame.DestinationPort == 1194 && frame.Nonce == "lvp-0123456789ab");
        facts.Payload.ToArray().Should().Equal(Payload);
        ShouldBeSealed(packet, ends, 17);
    }

    [TestCaseSource(nameof(Families))]
    public void A_segment_is_read_back((IPAddress Source, IPAddress Destination) ends)
    {
        var packet = Packet.Tcp(new IPEndPoint(ends.Source, 80), new IPEndPoint(ends.Destination, 40000), 0x12);

        Read(packet).Should().Match<FrameFacts>(frame =>
            frame.SourcePort == 80 && frame.DestinationPort == 40000 && frame.TcpFlags == 0x12 && frame.Payload.Length == 0);
        ShouldBeSealed(packet, ends, 6);
    }

    [TestCaseSource(nameof(Families))]
    public void A_message_of_ICMP_is_read_back((IPAddress Source, IPAddress Destination) ends)
    {
        var isV6 = ends.Source.GetAddressBytes().Length == 16;
        var packet = Packet.Icmp(ends.Source, ends.Destination, isV6 ? (byte)128 : (byte)8, [7, 7, 0, 1, .. Payload], hopLimit: 255);

        var facts = Read(packet);
        facts.Icmp!.Type.Should().Be(isV6 ? (byte)128 : (byte)8);
        facts.Ip!.HopLimit.Should().Be(255);
        if (isV6)
        {
            ShouldBeSealed(packet, ends, 58);
        }
        else
        {
            Sum(packet[20..]).Should().Be(ushort.MaxValue);
        }
    }

    [TestCaseSource(nameof(Families))]
    public void A_later_fragment_continues_nothing((IPAddress Source, IPAddress Destination) ends)
    {
        var facts = Read(Packet.LastFragment(ends.Source, ends.Destination, 17, 185, Payload));

        facts.Ip!.Fragment!.Offset.Should().Be(185 * 8);
        facts.Should().Match<FrameFacts>(frame => frame.DestinationPort == null && frame.Nonce != null);
    }

    [Test]
    public void An_ARP_request_asks_everybody_for_its_target()
    {
        var frame = Frame.ArpRequest(Client, IPAddress.Parse("192.0.2.66"), IPAddress.Parse("198.51.100.130"));

        var facts = Dissect.Frame(new CapturedFrame(0, frame, frame.Length));
        facts.Destination.Should().Be(MacAddress.Broadcast);
        facts.Arp.Should().Be(new ArpFacts(
            1, MacAddress.Parse(Client), IPAddress.Parse("192.0.2.66"), IPAddress.Parse("198.51.100.130")));
    }

    private static FrameFacts Read(byte[] packet)
    {
        var frame = Frame.Ip(Router, Client, packet);
        var facts = Dissect.Frame(new CapturedFrame(0, frame, frame.Length));
        facts.Should().Match<FrameFacts>(read => read.Defect == null && !read.HasTrailer && read.Ip != null);
        facts.Source.Should().Be(MacAddress.Parse(Client));
        return facts;
    }

    /// <summary>All words of pseudo-header and transport add up to ones, and so do those of an IPv4 header (RFC 1071).</summary>
    private static void ShouldBeSealed(byte[] packet, (IPAddress Source, IPAddress Destination) ends, byte protocol)
    {
        var isV6 = packet[0] >> 4 == 6;
        var transport = packet[(isV6 ? 40 : 20)..];
        byte[] pseudo =
        [
            .. ends.Source.GetAddressBytes(), .. ends.Destination.GetAddressBytes(),
            0, protocol, (byte)(transport.Length >> 8), (byte)transport.Length,
        ];
        Sum([.. pseudo, .. transport]).Should().Be(ushort.MaxValue);
        if (!isV6)
        {
            Sum(packet[..20]).Should().Be(ushort.MaxValue);
        }
    }

    private static int Sum(byte[] bytes)
    {
        var sum = bytes.Select((octet, at) => at % 2 == 0 ? octet << 8 : octet).Sum();
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return sum;
    }
}
