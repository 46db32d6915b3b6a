// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using static LeakVerifier.UnitTests.Judging.FrameBuilder;
using static LeakVerifier.UnitTests.Judging.JudgeBench;

namespace LeakVerifier.UnitTests.Judging;

/// <summary>Whatever is not on the list is a leak, and gets the name of its kind.</summary>
public sealed class DefaultDenyTests
{
    private const string Own = "192.0.2.100";
    private const string Own6 = "2001:db8:1::64";
    private const string Neighbour = "192.0.2.200";
    private const string Neighbour6 = "2001:db8:1:8000::1";

    private static IEnumerable<TestCaseData> Leaks()
    {
        var inner = IPv4(Own, Neighbour, 17, Udp(5000, 5000))[14..];
        return
        [
            Case("direct", IPv4(Own, "198.51.100.10", 6, Tcp(5000, 8080))),
            Case("direct", IPv6(Own6, "2001:db8:9::1", 58, Icmp(128))),
            Case("tunnel-source-address", IPv4("198.51.100.2", "198.51.100.10", 6, Tcp(5000, 8080))),
            Case("tunnel-source-address", IPv4("198.51.100.2", Neighbour, 17, Udp(5000, 53))),
            Case("tunnel-address-named", IPv4(Own, "198.51.100.2", 6, Tcp(5000, 8080))),
            Case("tunnel-address-named", Arp(2, "198.51.100.2", "192.0.2.1")),
            Case("dns", IPv4(Own, Neighbour, 17, Udp(5000, 53))),
            Case("dns", IPv4(Own, "198.51.100.53", 6, Tcp(5000, 853))),
            Case("shared-vpn-server", IPv4(Own, "203.0.113.10", 17, Udp(40001, 1194))),
            Case("shared-vpn-server", IPv4(Own, "203.0.113.10", 1, Icmp(8))),
            Case("link-control", Arp(1, Own, "192.0.3.1")),
            Case("link-control", IPv6("fe80::64", "ff02::1", 58, Discovery(134, null), 255)),
            Case("link-control", IPv4(Own, "192.0.2.1", 17, Udp(68, 67, DhcpMessage()))),
            Case("multicast", IPv4(Own, "224.0.0.22", 2, new byte[8])),
            Case("multicast", IPv4(Own, "224.0.0.251", 17, Udp(5353, 5353))),
            Case("multicast", IPv4(Own, "255.255.255.255", 17, Udp(5000, 5000))),
            Case("multicast", IPv6("fe80::64", "ff02::16", 0, [58, 0, 5, 2, 0, 0, 1, 0, .. Icmp(143)], 1)),
            Case("non-ip", Ethernet(0x88cc, new byte[46])),
            Case("non-ip", Ethernet(0x888e, new byte[46])),
            Case("non-ip", Ethernet(46, new byte[46])),
            Case("vlan", Ethernet(0x8100, [0, 5, 8, 0, .. inner])),
            Case("vlan", Ethernet(0x88a8, [0, 5, 0x81, 0, 0, 6, 8, 0, .. inner])),
            Case("fragment", IPv4(Own, Neighbour, 17, new byte[16], fragmentOffset: 8)),
            Case("other-protocol", IPv4(Own, "198.51.100.10", 47, inner)),
            Case("other-protocol", IPv4(Own, "198.51.100.10", 4, inner)),
            Case("other-protocol", IPv6(Own6, Neighbour6, 60, [17, 0, 1, 4, 0, 0, 0, 0, .. Udp(5000, 5000)])),
            Case("malformed", IPv4(Own, Neighbour, 6, Tcp(5000, 5000)[..12])),
            Case("malformed", [.. IPv4(Own, Neighbour, 17, Udp(5000, 5000, new byte[40])), 0]),
            Case("malformed", IPv4(Own, Neighbour, 17, [.. Udp(5000, 5000), 0])),
        ];
    }

    [TestCaseSource(nameof(Leaks))]
    public void What_is_not_on_the_list_is_a_leak_of_its_kind(string id, byte[] frame)
    {
        var leak = Leak(frame);

        leak.Class.Id.Should().Be(id, leak.Summary);
        leak.Interface.Should().Be("eth0");
        leak.Probe.Should().BeNull();
    }

    [Test]
    public void Every_kind_has_an_example_and_a_unique_name()
    {
        var ids = LeakClass.All.Select(kind => kind.Id).ToList();

        // InsideWatchTests, JudgeTests
        string[] elsewhere = [LeakClass.ExternalAddressShown.Id, LeakClass.Unsolicited.Id, LeakClass.ConnectionRevealed.Id];

        ids.Should().OnlyHaveUniqueItems();
        Leaks().Select(leak => leak.Arguments[0]).Distinct().Should().BeEquivalentTo(ids.Except(elsewhere));
    }

    [Test]
    public void A_frame_from_another_station_is_not_the_client_s_although_it_looks_like_it()
    {
        var frame = IPv4(Own, Neighbour, 17, Udp(5000, 5000));
        Decide(frame).Should().Be(AllowedReason.LocalNetwork);

        frame[11] ^= 1;

        Decide(frame).Should().BeNull();
    }

    [Test]
    public void IPv4_options_are_a_leak()
    {
        Decide(IPv4(Own, Neighbour, 17, Udp(5000, 5000), options: [1, 1, 1, 0])).Should().BeNull();
        Decide(IPv4(Own, Neighbour, 17, Udp(5000, 5000))).Should().Be(AllowedReason.LocalNetwork);
    }

    [Test]
    public void A_frame_that_was_cut_by_the_capture_is_judged_by_its_headers()
    {
        var whole = IPv4(Own, Neighbour, 17, Udp(5000, 5000, new byte[3_000]));
        var judge = Judge();

        judge.Take(new CapturedFrame(1, whole.AsMemory(0, 2_048), whole.Length));
        judge.Take(new CapturedFrame(1, whole.AsMemory(0, 2_048), 2_048));

        judge.Finish().Allowed.Should().ContainKey(AllowedReason.LocalNetwork).WhoseValue.Should().Be(1);
        judge.Finish().Leaks.Should().ContainSingle("its length was a lie").Which.Class.Id.Should().Be("malformed");
    }

    [Test]
    public void A_later_fragment_shares_the_verdict_of_the_first_if_it_continues_it_exactly()
    {
        var first = IPv4(Own, Neighbour, 17, Udp(5000, 5000, new byte[40])[..24], 7, 0, hasMore: true);
        var second = IPv4(Own, Neighbour, 17, new byte[24], 7, 24);
        var gap = IPv4(Own, Neighbour, 17, new byte[16], 7, 32);
        var otherPacket = IPv4(Own, Neighbour, 17, new byte[24], 8, 24);

        LeaksOf(first, second).Should().Be(0);
        LeaksOf(second).Should().Be(1);
        LeaksOf(first, gap).Should().Be(1);
        LeaksOf(first, otherPacket).Should().Be(1);
        LeaksOf(first, second, second).Should().Be(1);
    }

    [Test]
    public void Fragments_of_DNS_and_fragments_too_small_for_their_ports_are_leaks()
    {
        var dns = IPv4(Own, Neighbour, 17, Udp(5000, 53, new byte[40])[..24], 7, 0, hasMore: true);
        var rest = IPv4(Own, Neighbour, 17, new byte[24], 7, 24);
        var tiny = IPv4(Own, Neighbour, 6, Tcp(5000, 5000)[..8], 9, 0, hasMore: true);

        LeaksOf(dns, rest).Should().Be(2);
        LeaksOf(tiny).Should().Be(1);
    }

    [Test]
    public void IPv6_fragments_are_followed_too()
    {
        var packet = Udp(5000, 5000, new byte[40]);
        byte[] firstHeader = [17, 0, 0, 1, 0, 0, 0, 9];
        byte[] secondHeader = [17, 0, 0, 24, 0, 0, 0, 9];
        var first = IPv6(Own6, Neighbour6, 44, [.. firstHeader, .. packet[..24]]);
        var second = IPv6(Own6, Neighbour6, 44, [.. secondHeader, .. packet[24..]]);

        LeaksOf(first, second).Should().Be(0);
        LeaksOf(second, first).Should().Be(1);
    }

    private static long LeaksOf(params byte[][] frames)
    {
        var judge = Judge();
        foreach (var frame in frames)
        {
            judge.Take(At(500, frame));
        }

        return judge.Finish().LeakedFrames;
    }

    private static TestCaseData Case(string id, byte[] frame)
    {
        return new TestCaseData(id, frame).SetArgDisplayNames(id, FrameSummary.Of(Dissect.Frame(At(0, frame))));
    }
}
