// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Policy;

namespace LeakVerifier.UnitTests.Judging;

/// <summary>What a gateway sends to its clients names none of its outside addresses and is nothing from outside.</summary>
public sealed class InsideWatchTests
{
    private const string Server = "198.51.100.10";
    private const string Client = "198.51.100.194";
    private const string External = "192.0.2.100";

    private static readonly ProbeDescription Intruder = new(
        "intruder-udp-v4", ProbeNonce.Create(), "root", ProbeProtocol.Udp, new IPEndPoint(IPAddress.Parse(Client), 7200));

    private static readonly ProbeDescription Caller = new(
        "intruder-tcp-v4", ProbeNonce.Create(), "root", ProbeProtocol.Tcp, new IPEndPoint(IPAddress.Parse(Client), 7300));

    private static readonly ProbeDescription Pinger = new(
        "intruder-icmp-v4", ProbeNonce.Create(), "root", ProbeProtocol.Icmp, new IPEndPoint(IPAddress.Parse(Client), 0));

    [Test]
    public void An_answer_from_the_server_is_nothing_special()
    {
        Judge(FrameBuilder.IPv4(Server, Client, 17, FrameBuilder.Udp(7004, 40000))).LeakedFrames.Should().Be(0);
    }

    [Test]
    public void An_external_source_address_is_told_in_a_packets_header()
    {
        ShouldShow(Judge(FrameBuilder.IPv4(External, Client, 17, FrameBuilder.Udp(7004, 40000))), "external-address-v4");
        ShouldShow(
            Judge(FrameBuilder.IPv6("2001:db8:1::100", "2001:db8:9::2", 17, FrameBuilder.Udp(7004, 40000))), "external-address-v6");
    }

    [TestCase(External, "external-address-v4")]
    [TestCase("2001:db8:1::100", "external-address-v6")]
    public void An_external_address_is_told_in_a_servers_words(string address, string name)
    {
        var words = Encoding.ASCII.GetBytes($"peer {address} 40000 ");

        ShouldShow(Judge(FrameBuilder.IPv4(Server, Client, 17, FrameBuilder.Udp(7004, 40000, words))), name);
    }

    [Test]
    public void An_external_address_is_told_in_the_packet_that_an_ICMP_error_is_about()
    {
        var about = FrameBuilder.IPv4(External, Server, 17, FrameBuilder.Udp(40000, 7004))[14..];

        ShouldShow(
            Judge(FrameBuilder.IPv4(Server, Client, 1, FrameBuilder.Icmp(3, 3, [0, 0, 0, 0, .. about]))), "external-address-v4");
    }

    [Test]
    public void An_external_address_is_told_by_ARP()
    {
        var external = IPAddress.Parse(External).GetAddressBytes();
        byte[] arp = [0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, 1, .. external, 2, 0, 0, 0, 0, 2, .. IPAddress.Parse(Client).GetAddressBytes()];

        ShouldShow(Judge(FrameBuilder.Ethernet(0x0806, arp)), "external-address-v4");
    }

    [Test]
    public void Four_bytes_of_a_transfer_that_happen_to_be_the_address_tell_nothing()
    {
        byte[] chance = [7, .. IPAddress.Parse(External).GetAddressBytes(), 7];

        Judge(FrameBuilder.IPv4(Server, Client, 17, FrameBuilder.Udp(7001, 40000, chance))).LeakedFrames.Should().Be(0);
    }

    [Test]
    public void What_a_neighbour_outside_sends_is_unsolicited()
    {
        var nonce = Encoding.ASCII.GetBytes(Intruder.Nonce);

        var judgement = Judge(FrameBuilder.IPv4("192.0.2.1", Client, 17, FrameBuilder.Udp(40000, 7200, nonce)));

        judgement.Leaks.Should().ContainSingle().Which.Class.Should().Be(LeakClass.Unsolicited);
        judgement.LeaksByProbe.Should().ContainSingle().Which.Probe.Should().Be("intruder-udp-v4");
    }

    [Test]
    public void An_echo_request_from_outside_is_unsolicited()
    {
        byte[] rest = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(Pinger.Nonce)];

        Judge(FrameBuilder.IPv4("192.0.2.1", Client, 1, FrameBuilder.Icmp(8, 0, rest)))
            .LeaksByProbe.Should().ContainSingle().Which.Probe.Should().Be("intruder-icmp-v4");
    }

    [Test]
    public void A_connection_that_is_opened_from_outside_is_unsolicited_though_a_SYN_carries_no_nonce()
    {
        Judge(FrameBuilder.IPv4("192.0.2.1", Client, 6, FrameBuilder.Tcp(40000, 7300, 0x02)))
            .LeaksByProbe.Should().ContainSingle().Which.Probe.Should().Be("intruder-tcp-v4");
    }

    [TestCase(0x12, Description = "SYN ACK")]
    [TestCase(0x10, Description = "ACK")]
    public void A_connection_of_the_clients_own_may_have_any_port(byte flags)
    {
        Judge(FrameBuilder.IPv4(Server, Client, 6, FrameBuilder.Tcp(7002, 7300, flags))).LeakedFrames.Should().Be(0);
    }

    [Test]
    public void A_SYN_to_another_port_is_nobodys_that_was_sent_to_try()
    {
        Judge(FrameBuilder.IPv4("192.0.2.1", Client, 6, FrameBuilder.Tcp(40000, 7301, 0x02))).LeakedFrames.Should().Be(0);
    }

    [Test]
    public void What_came_before_the_window_is_not_held_against_the_gateway()
    {
        var judge = Create();
        judge.TakeInside(Frame(FrameBuilder.IPv4(External, Client, 17, FrameBuilder.Udp(7004, 40000))));

        judge.Finish().LeakedFrames.Should().Be(0);
        judge.Finish().JudgedInside.Should().Be(0);
    }

    private static void ShouldShow(Judgement judgement, string name)
    {
        judgement.JudgedInside.Should().Be(1);
        judgement.LeaksByProbe.Should().ContainSingle().Which.Probe.Should().Be(name);
        var leak = judgement.Leaks.Should().ContainSingle().Subject;
        leak.Class.Should().Be(LeakClass.ExternalAddressShown);
        leak.Interface.Should().Be("eth1");
        leak.Why.Should().StartWith("names ");
    }

    private static Judgement Judge(byte[] frame)
    {
        var judge = Create();
        judge.OpenWindow(0);
        judge.TakeInside(Frame(frame));
        return judge.Finish();
    }

    private static Judge Create()
    {
        var policy = new EgressPolicy { TunnelInterface = new InterfacePattern("tun0", IsPrefix: false), Identity = TunnelIdentity.OfUser(1194, "tunnel") };
        var watch = new InsideWatch("eth1", [IPAddress.Parse(External), IPAddress.Parse("2001:db8:1::100")], [Intruder, Caller, Pinger]);
        return new Judge(policy, new WireFacts { Interface = "eth0" }, new NoTransport(), new ProbeBook([]), watch);
    }

    private static CapturedFrame Frame(byte[] bytes) => new(1, bytes, bytes.Length);
}
