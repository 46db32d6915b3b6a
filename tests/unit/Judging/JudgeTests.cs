// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Traffic;
using static LeakVerifier.UnitTests.Judging.FrameBuilder;
using static LeakVerifier.UnitTests.Judging.JudgeBench;

namespace LeakVerifier.UnitTests.Judging;

/// <summary>Windows, counts, attribution, and what a leak says.</summary>
public sealed class JudgeTests
{
    private const string Own = "192.0.2.100";

    private static readonly byte[] ToProbe = IPv4(Own, "198.51.100.10", 6, Tcp(40112, 8080, flags: 2));

    [Test]
    public void A_leak_is_attributed_by_its_nonce_wherever_that_is()
    {
        var other = Probe with { Name = "other", Nonce = "lvp-aaaaaaaaaaaa", Destination = new(IPAddress.Loopback, 1) };
        var payload = Encoding.ASCII.GetBytes("lvp-lvp-0123\x10lvp-aaaaaaaaaaaa.example");
        var frame = IPv4(Own, "198.51.100.10", 6, Tcp(40112, 8080, payload: payload));

        Leak(frame, Probe, other).Probe.Should().Be("other", "the nonce outweighs the destination");
        Leak(Ethernet(0x88b6, payload), Probe, other).Probe.Should().Be("other");
        Leak(frame, Probe).Probe.Should().Be("tcp-new-v4", "an unknown nonce tells nothing");
    }

    [Test]
    public void A_leak_without_a_nonce_is_attributed_by_where_it_goes()
    {
        Leak(ToProbe, Probe).Should().Match<Leak>(leak => leak.Probe == "tcp-new-v4" && leak.User == "1000");
        Leak(ToProbe, Probe with { Protocol = ProbeProtocol.Udp }).Probe.Should().BeNull();
        Leak(IPv4(Own, "198.51.100.11", 6, Tcp(40112, 8080)), Probe).Probe.Should().BeNull();
        Leak(IPv4(Own, "198.51.100.10", 6, Tcp(40112, 8081)), Probe).Probe.Should().BeNull();
    }

    [Test]
    public void An_echo_is_attributed_in_both_families()
    {
        var v4 = new ProbeDescription("ping4", "lvp-000000000001", "root", ProbeProtocol.Icmp,
            new IPEndPoint(IPAddress.Parse("198.51.100.10"), 0));
        var v6 = new ProbeDescription("ping6", "lvp-000000000002", "root", ProbeProtocol.Icmp,
            new IPEndPoint(IPAddress.Parse("2001:db8:9::1"), 0));

        Leak(IPv4(Own, "198.51.100.10", 1, Icmp(8)), v4, v6).Probe.Should().Be("ping4");
        Leak(IPv6("2001:db8:1::64", "2001:db8:9::1", 58, Icmp(128)), v4, v6).Probe.Should().Be("ping6");
    }

    [Test]
    public void An_answer_in_ARP_is_attributed_to_who_asked()
    {
        var asking = new ProbeDescription("arp-for-tunnel", "lvp-000000000003", "root", ProbeProtocol.None,
            new IPEndPoint(IPAddress.Parse("192.0.2.66"), 0));

        Leak(Arp(2, "198.51.100.2", "192.0.2.66"), asking)
            .Should().Match<Leak>(leak => leak.Probe == "arp-for-tunnel" && leak.Class == LeakClass.TunnelAddressNamed);
        Leak(Arp(2, "198.51.100.2", "192.0.2.67"), asking).Probe.Should().BeNull();
    }

    [Test]
    public void What_no_frame_shows_is_a_leak_as_often_as_it_happened_and_is_shown_once()
    {
        var judge = Judge(probes: Probe);

        judge.Report(Probe, LeakClass.ConnectionRevealed, "tun0", 3, "said something 3 times");

        var judgement = judge.Finish();
        judgement.LeakedFrames.Should().Be(3);
        judgement.LeaksByProbe.Should().ContainSingle().Which.Frames.Should().Be(3);
        judgement.Leaks.Should().ContainSingle().Which.Should().Match<Leak>(leak =>
            leak.Interface == "tun0" && leak.Probe == "tcp-new-v4" && leak.Summary == "said something 3 times");
    }

    [Test]
    public void Two_links_are_judged_together()
    {
        var other = Judge(wire: Wire with { Interface = "usb0" }, probes: Probe);
        var judge = Judge(probes: Probe);
        judge.Take(At(500, ToProbe));
        judge.Take(At(600, Arp(1, Own, "192.0.2.1")));
        other.Take(At(400, ToProbe));
        other.Take(At(700, ToProbe));
        other.Take(At(800, Arp(1, Own, "192.0.2.1")));

        var together = judge.Finish().With(other.Finish());

        together.Judged.Should().Be(5);
        together.LeakedFrames.Should().Be(3);
        together.Allowed.Should().ContainSingle().Which.Should().Be(KeyValuePair.Create(AllowedReason.Arp, 2L));
        together.LeaksByProbe.Should().ContainSingle().Which.Should().Match<ProbeLeaks>(leaks =>
            leaks.Frames == 3 && leaks.FirstUnixNanoseconds == 400 && leaks.LastUnixNanoseconds == 700);
        together.Leaks.Select(leak => leak.Interface).Should().Equal("usb0", "eth0", "usb0");
    }

    [Test]
    public void Frames_before_the_window_and_of_the_router_are_counted_but_not_judged()
    {
        var judge = new Judge(SamplePolicy, Wire, new NoTransport(), new ProbeBook([]));

        judge.Take(At(5, ToProbe));
        judge.OpenWindow(10);
        judge.Take(At(9, ToProbe));
        judge.Take(At(10, ToProbe) with { IsOutbound = true });
        judge.Finish().LeakedFrames.Should().Be(0);
        judge.Take(At(10, ToProbe));

        var judgement = judge.Finish();
        judgement.Should().Match<Judgement>(it =>
            it.BeforeWindow == 2 && it.Outbound == 1 && it.Judged == 1 && it.LeakedFrames == 1);
    }

    [Test]
    public void Counts_are_exact_although_details_are_bounded()
    {
        var judge = Judge(probes: Probe);
        for (var time = 1; time <= 1_000; time++)
        {
            judge.Take(At(time, time % 4 == 0 ? Ethernet(0x88cc, new byte[46]) : ToProbe));
        }

        var judgement = judge.Finish();

        judgement.LeakedFrames.Should().Be(1_000);
        judgement.Leaks.Should().HaveCount(Harness.Judging.Judge.DetailedLeaks).And.BeInAscendingOrder(
            leak => leak.UnixNanoseconds);
        judgement.LeaksByProbe.Select(leaks => (leaks.Probe, leaks.Frames, leaks.FirstUnixNanoseconds,
            leaks.LastUnixNanoseconds)).Should().Equal(("tcp-new-v4", 750L, 1L, 999L), (null, 250L, 4L, 1_000L));
        judgement.LeaksByProbe[1].Classes.Should().Equal(LeakClass.NonIp);
    }

    [Test]
    public void A_leak_tells_what_it_is_in_one_line()
    {
        Leak(ToProbe).Summary.Should().Be("IPv4 TCP 192.0.2.100:40112 > 198.51.100.10:8080 [SYN] 54 bytes");
        Leak(IPv6("fe80::64", "2001:db8:9::1", 17, Udp(1, 2))).Summary
            .Should().Be("IPv6 UDP [fe80::64]:1 > [2001:db8:9::1]:2 66 bytes");
        Leak(Arp(1, Own, "192.0.3.1")).Summary.Should().Be("ARP who has 192.0.3.1, tell 192.0.2.100 42 bytes");
        Leak(Ethernet(0x88cc, new byte[46])).Summary
            .Should().Be("LLDP 02:00:00:00:00:64 > 02:00:00:00:00:01 60 bytes");
        Leak(IPv4(Own, "198.51.100.10", 17, new byte[8], fragmentOffset: 1480)).Summary
            .Should().Be("IPv4 UDP 192.0.2.100 > 198.51.100.10 fragment at 1480 42 bytes");
        Leak([1, 2, 3]).Summary.Should().EndWith("(shorter than an Ethernet header)");
    }

    [Test]
    public void A_leak_to_the_server_says_what_speaks_against_it()
    {
        var frame = IPv4(Own, "203.0.113.10", 17, Udp(40000, 1194));
        var judge = Judge();

        judge.Take(At(5_000, frame));
        judge.Take(At(6_000, IPv4(Own, "203.0.113.10", 17, Udp(40001, 1194))));

        judge.Finish().Leaks.Select(leak => leak.Why).Should().Equal(
            "the socket of the tunnel's process did not exist then", "no socket of the tunnel's process");
    }

    [Test]
    public void A_socket_may_appear_and_end_while_frames_are_judged()
    {
        var oracle = new SocketTransport();
        var judge = new Judge(SamplePolicy, Wire, oracle, new ProbeBook([]));
        judge.OpenWindow(0);
        var frame = IPv4(Own, "203.0.113.10", 17, Udp(40000, 1194));
        var socket = Socket with { UntilUnixNanoseconds = long.MaxValue };

        judge.Take(At(500, frame));
        oracle.Add(socket);
        judge.Take(At(501, frame));
        oracle.Close(socket, 600);
        judge.Take(At(600, frame));
        judge.Take(At(601, frame));

        judge.Finish().Leaks.Select(leak => leak.UnixNanoseconds).Should().Equal(500, 601);
    }
}
