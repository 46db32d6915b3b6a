// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Policy;
using static LeakVerifier.UnitTests.Judging.FrameBuilder;
using static LeakVerifier.UnitTests.Judging.JudgeBench;

namespace LeakVerifier.UnitTests.Judging;

/// <summary>Each rule accepts its frame, and not the neighbour that differs in one thing.</summary>
public sealed class AllowRuleTests
{
    private const string Own = "192.0.2.100";
    private const string Own6 = "2001:db8:1::64";
    private const string Server = "203.0.113.10";
    private const string Neighbour = "192.0.2.200";
    private const string Tunnel = "198.51.100.2";

    [TestCase(Own, Server, 40000, 1194, 17, 500, true)]
    [TestCase(Own, Server, 40000, 1194, 17, 100, true)]
    [TestCase(Own, Server, 40000, 1194, 17, 99, false)]
    [TestCase(Own, Server, 40000, 1194, 17, 1001, false)]
    [TestCase(Own, Server, 40001, 1194, 17, 500, false)]
    [TestCase(Own, Server, 40000, 1195, 17, 500, false)]
    [TestCase(Own, Server, 40000, 1194, 6, 500, false)]
    [TestCase(Own, "203.0.113.11", 40000, 1194, 17, 500, false)]
    [TestCase("192.0.2.101", Server, 40000, 1194, 17, 500, false)]
    [TestCase(Tunnel, Server, 40000, 1194, 17, 500, false)]
    public void Transport_is_what_fits_the_socket_of_the_process_and_a_listed_server(
        string source, string destination, int sourcePort, int port, int protocol, long at, bool isAllowed)
    {
        var content = protocol == 17 ? Udp((ushort)sourcePort, (ushort)port) : Tcp((ushort)sourcePort, (ushort)port);

        var reason = Decide(IPv4(source, destination, (byte)protocol, content), at);

        reason.Should().Be(isAllowed ? AllowedReason.Transport : null);
    }

    [Test]
    public void The_word_of_the_oracle_is_not_enough_for_a_server_that_is_not_listed()
    {
        var frame = IPv4(Own, Server, 17, Udp(40000, 1194));
        var other = new ServerEndpoint(IPAddress.Parse("203.0.113.11"), TransportProtocol.Udp, 1194);

        Decide(frame).Should().Be(AllowedReason.Transport);
        Decide(frame, policy: SamplePolicy with { Servers = [other] }).Should().BeNull();
    }

    [Test]
    public void A_socket_without_address_fits_every_own_address()
    {
        Decide(IPv6(Own6, "2001:db8:f::10", 6, Tcp(40000, 443))).Should().Be(AllowedReason.Transport);
        Decide(IPv6("2001:db8:1::65", "2001:db8:f::10", 6, Tcp(40000, 443))).Should().BeNull();
    }

    [Test]
    public void An_out_of_band_tunnel_has_no_transport()
    {
        var judge = new Judge(SamplePolicy, Wire, new NoTransport(), new ProbeBook([]));
        judge.OpenWindow(0);

        judge.Take(At(500, IPv4(Own, Server, 17, Udp(40000, 1194))));

        judge.Finish().Leaks.Should().ContainSingle().Which.Class.Should().Be(LeakClass.SharedVpnServer);
    }

    [Test]
    public void A_probe_in_the_disguise_of_transport_is_a_leak()
    {
        Decide(IPv4(Own, Server, 17, Udp(40000, 1194, Encoding.ASCII.GetBytes(Nonce)))).Should().BeNull();
        Decide(IPv4(Own, Server, 17, Udp(40000, 1194, Encoding.ASCII.GetBytes(Nonce.Replace('b', 'g')))))
            .Should().Be(AllowedReason.Transport, "that is no nonce");
        Decide(IPv4(Own, Neighbour, 17, Udp(5000, 5000, Encoding.ASCII.GetBytes(Nonce))))
            .Should().Be(AllowedReason.LocalNetwork, "any user may send there");
    }

    [TestCase("192.0.2.128", 17, 80, true)]
    [TestCase("192.0.2.127", 17, 80, false)]
    [TestCase("192.0.2.128", 6, 80, true)]
    [TestCase("203.0.113.129", 17, 80, false, Description = "bound to another interface")]
    [TestCase("192.0.2.128", 17, 53, false)]
    [TestCase("192.0.2.128", 6, 53, false)]
    [TestCase("192.0.2.128", 17, 853, false)]
    [TestCase("192.0.2.128", 6, 853, false)]
    [TestCase("192.0.2.128", 6, 54, true)]
    public void A_local_network_is_reached_but_for_DNS(string destination, int protocol, int port, bool isAllowed)
    {
        var content = protocol == 17 ? Udp(5000, (ushort)port) : Tcp(5000, (ushort)port);

        Decide(IPv4(Own, destination, (byte)protocol, content))
            .Should().Be(isAllowed ? AllowedReason.LocalNetwork : null);
    }

    [TestCase(4)]
    [TestCase(41)]
    [TestCase(47)]
    [TestCase(2)]
    public void What_could_enclose_anything_is_not_accepted_in_a_local_network(byte protocol)
    {
        var inner = IPv4(Own, Neighbour, 17, Udp(5000, 5000))[14..];

        Decide(IPv4(Own, Neighbour, protocol, inner)).Should().BeNull();
        Decide(IPv4(Own, Neighbour, 1, Icmp(8))).Should().Be(AllowedReason.LocalNetwork);
    }

    [TestCase("192.0.2.66", 22, 40000, 0x12, true)]
    [TestCase("192.0.2.66", 22, 40000, 0x10, true)]
    [TestCase("192.0.2.66", 22, 40000, 0x04, true)]
    [TestCase("192.0.2.66", 22, 40000, 0x02, false, Description = "the service opens a connection")]
    [TestCase("192.0.2.66", 22, 40000, 0x42, false, Description = "the same with a further flag")]
    [TestCase("192.0.2.66", 23, 40000, 0x12, false)]
    [TestCase("192.0.2.66", 40000, 22, 0x12, false)]
    [TestCase("192.0.2.63", 22, 40000, 0x12, false)]
    [TestCase("192.0.2.97", 22, 40000, 0x12, false, Description = "bound to another interface")]
    public void A_service_answers_who_may_reach_it(string destination, int sourcePort, int port, byte flags, bool isAllowed)
    {
        Decide(IPv4(Own, destination, 6, Tcp((ushort)sourcePort, (ushort)port, flags)))
            .Should().Be(isAllowed ? AllowedReason.Management : null);
    }

    [Test]
    public void A_service_answers_over_IPv6_by_TCP_from_its_own_address_and_in_whole_packets()
    {
        var v6 = SamplePolicy with { Management = [new ManagementAccess(IPNetwork.Parse("2001:db8:1:1::/64"), "eth0", 22)] };
        Decide(IPv6(Own6, "2001:db8:1:1::66", 6, Tcp(22, 40000, 0x12)), policy: v6).Should().Be(AllowedReason.Management);
        Decide(IPv6(Own6, "2001:db8:1:2::66", 6, Tcp(22, 40000, 0x12)), policy: v6).Should().BeNull();
        Decide(IPv6("2001:db8:1::65", "2001:db8:1:1::66", 6, Tcp(22, 40000, 0x12)), policy: v6).Should().BeNull();
        Decide(IPv4(Own, "192.0.2.66", 17, Udp(22, 40000))).Should().BeNull();
        Decide(IPv4(Own, "192.0.2.66", 6, Tcp(22, 40000, 0x12), hasMore: true)).Should().BeNull();
        Decide(IPv4(Own, "192.0.2.66", 6, Tcp(22, 40000, 0x12)), policy: SamplePolicy with { Management = [] }).Should().BeNull();
    }

    [TestCase("01:80:c2:00:00:03", true)]
    [TestCase(RouterMac, true)]
    [TestCase(BroadcastMac, false)]
    [TestCase("01:80:c2:00:00:0e", false)]
    public void A_supplicant_speaks_to_the_port_access_group_or_to_one_station(string to, bool isAllowed)
    {
        var policy = SamplePolicy with { AllowEapol = true };

        Decide(Ethernet(0x888e, [2, 1, 0, 0], to: to), policy: policy).Should().Be(isAllowed ? AllowedReason.Eapol : null);
        Decide(Ethernet(0x888f, [2, 1, 0, 0], to: to), policy: policy).Should().BeNull();
        Decide(Ethernet(0x888e, [2, 1, 0, 0], RouterMac, to), policy: policy).Should().BeNull("it is somebody else's");
        Decide(Ethernet(0x888e, Encoding.ASCII.GetBytes(Nonce), to: to), policy: policy).Should().BeNull("it is a probe");
        Decide(Ethernet(0x888e, [2, 1, 0, 0], to: to)).Should().BeNull("nobody asked for it");
    }

    [TestCase("192.0.2.53", 53, true)]
    [TestCase("192.0.2.53", 853, true)]
    [TestCase("192.0.2.53", 54, false)]
    [TestCase("192.0.2.54", 53, false)]
    public void A_local_resolver_is_asked_on_the_ports_of_DNS_alone(string resolver, int port, bool isAllowed)
    {
        var expected = isAllowed ? AllowedReason.LocalDns : (AllowedReason?)null;

        Decide(IPv4(Own, resolver, 17, Udp(5000, (ushort)port))).Should().Be(expected);
        Decide(IPv4(Own, resolver, 6, Tcp(5000, (ushort)port))).Should().Be(expected);
        Decide(IPv4(Own, resolver, 17, Udp(5000, (ushort)port)), policy: SamplePolicy with { LocalDns = [] })
            .Should().BeNull();
    }

    [TestCase("0.0.0.0", "255.255.255.255", 68, 67, 1, 99, BroadcastMac, true)]
    [TestCase(Own, "255.255.255.255", 68, 67, 1, 99, BroadcastMac, true)]
    [TestCase("192.0.2.101", "255.255.255.255", 68, 67, 1, 99, BroadcastMac, false)]
    [TestCase("0.0.0.0", "192.0.2.1", 68, 67, 1, 99, BroadcastMac, false)]
    [TestCase("0.0.0.0", "255.255.255.255", 69, 67, 1, 99, BroadcastMac, false)]
    [TestCase("0.0.0.0", "255.255.255.255", 67, 68, 1, 99, BroadcastMac, false)]
    [TestCase("0.0.0.0", "255.255.255.255", 68, 67, 2, 99, BroadcastMac, false)]
    [TestCase("0.0.0.0", "255.255.255.255", 68, 67, 1, 98, BroadcastMac, false)]
    [TestCase("0.0.0.0", "255.255.255.255", 68, 67, 1, 99, RouterMac, false)]
    public void DHCP_is_what_its_client_sends_to_everybody(
        string source, string destination, int from, int port, int operation, int cookie, string to, bool isAllowed)
    {
        var message = Udp((ushort)from, (ushort)port, DhcpMessage((byte)operation, (byte)cookie));
        var frame = IPv4(source, destination, 17, message, to: to);

        Decide(frame).Should().Be(isAllowed ? AllowedReason.Dhcp : null);
        Decide(frame, policy: SamplePolicy with { AllowDhcp = false }).Should().BeNull();
    }

    [TestCase("fe80::64", "ff02::1:2", 546, 547, 1, true)]
    [TestCase(Own6, "ff02::1:2", 546, 547, 1, false)]
    [TestCase("fe80::64", "ff02::1:3", 546, 547, 1, false)]
    [TestCase("fe80::64", "ff02::1:2", 547, 546, 1, false)]
    [TestCase("fe80::64", "ff02::1:2", 546, 547, 2, false)]
    public void DHCPv6_is_what_its_client_sends_to_all_servers(
        string source, string destination, int from, int port, int type, bool isAllowed)
    {
        Decide(IPv6(source, destination, 17, Udp((ushort)from, (ushort)port, [(byte)type, 1, 2, 3])))
            .Should().Be(isAllowed ? AllowedReason.Dhcp : null);
    }

    [TestCase(1, Own, "192.0.2.1", true)]
    [TestCase(2, Own, "192.0.2.1", true)]
    [TestCase(1, "0.0.0.0", "192.0.2.1", true)]
    [TestCase(2, "0.0.0.0", "192.0.2.1", false)]
    [TestCase(3, Own, "192.0.2.1", false)]
    [TestCase(1, Own, "192.0.3.1", false)]
    [TestCase(1, "192.0.2.101", "192.0.2.1", false)]
    [TestCase(1, Tunnel, "192.0.2.1", false)]
    [TestCase(2, Tunnel, "192.0.2.1", false)]
    [TestCase(1, Own, Tunnel, false)]
    public void ARP_names_neighbours_of_the_link_alone(int operation, string sender, string target, bool isAllowed)
    {
        Decide(Arp((ushort)operation, sender, target)).Should().Be(isAllowed ? AllowedReason.Arp : null);
    }

    [Test]
    public void ARP_of_a_tunnel_address_is_a_leak_also_when_nothing_is_known_of_the_link()
    {
        var wire = Wire with { OnLink = [], OwnAddresses = [] };

        Decide(Arp(1, "192.0.2.7", "192.0.3.1"), wire: wire).Should().Be(AllowedReason.Arp);
        Decide(Arp(1, "192.0.2.7", Tunnel), wire: wire).Should().BeNull();
        Decide(Arp(1, Tunnel, "192.0.3.1"), wire: wire).Should().BeNull();
    }

    [Test]
    public void ARP_for_another_hardware_or_from_another_sender_is_a_leak()
    {
        Decide(Arp(1, Own, "192.0.2.1", hardware: 6)).Should().BeNull();
        Decide(Arp(1, Own, "192.0.2.1", senderMac: "02:00:00:00:00:65")).Should().BeNull();
        Decide(Arp(1, Own, "192.0.2.1")).Should().Be(AllowedReason.Arp);
    }

    [Test]
    public void Padding_is_zeros_up_to_the_minimum_frame_and_anything_else_is_a_leak()
    {
        var arp = Arp(1, Own, "192.0.2.1");
        byte[] padded = [.. arp, .. new byte[60 - arp.Length]];
        byte[] filled = [.. padded];
        filled[59] = 1;

        Decide(padded).Should().Be(AllowedReason.Arp);
        Decide(filled).Should().BeNull();
        Decide([.. padded, 0]).Should().BeNull();
    }

    [TestCase(135, Own6, "ff02::1:ff00:1", "2001:db8:1::1", 255, 0, true)]
    [TestCase(135, "fe80::64", "fe80::1", "fe80::1", 255, 0, true)]
    [TestCase(135, "::", "ff02::1:ff00:64", "fe80::64", 255, 0, true)]
    [TestCase(135, Own6, "ff02::1:ff00:1", "2001:db8:1::1", 254, 0, false)]
    [TestCase(135, Own6, "ff02::1:ff00:1", "2001:db8:1::1", 255, 1, false)]
    [TestCase(135, Own6, "ff02::1:ff00:2", "2001:db8:1::1", 255, 0, false)]
    [TestCase(135, Own6, "ff02::1:ff00:1", "2001:db8:2::1", 255, 0, false)]
    [TestCase(135, Own6, "ff02::1:ff00:2", "2001:db8:7::2", 255, 0, false)]
    [TestCase(135, "2001:db8:1::65", "ff02::1:ff00:1", "2001:db8:1::1", 255, 0, false)]
    [TestCase(136, Own6, "2001:db8:1::1", Own6, 255, 0, true)]
    [TestCase(136, Own6, "2001:db8:1::1", "2001:db8:1::65", 255, 0, false)]
    [TestCase(136, Own6, "2001:db8:1::1", "2001:db8:7::2", 255, 0, false)]
    [TestCase(136, "::", "ff02::1", Own6, 255, 0, false)]
    [TestCase(133, "fe80::64", "ff02::2", null, 255, 0, true)]
    [TestCase(133, "fe80::64", "ff02::1", null, 255, 0, false)]
    [TestCase(134, "fe80::64", "ff02::1", null, 255, 0, false)]
    [TestCase(137, "fe80::64", "fe80::1", "2001:db8:1::1", 255, 0, false)]
    public void Neighbour_discovery_is_about_the_link_alone(
        int type, string source, string destination, string? target, int hopLimit, int code, bool isAllowed)
    {
        var frame = IPv6(source, destination, 58, Discovery((byte)type, target, (byte)code), (byte)hopLimit);
        var withoutIPv6 = SamplePolicy with { Servers = SamplePolicy.Servers[..1], LocalNetworks = [] };

        Decide(frame).Should().Be(isAllowed ? AllowedReason.NeighbourDiscovery : null);
        Decide(frame, policy: withoutIPv6).Should().BeNull();
    }

    [Test]
    public void An_option_of_neighbour_discovery_names_the_sender_or_nothing()
    {
        Decide(Solicitation(Own6, LinkAddressOption(1))).Should().Be(AllowedReason.NeighbourDiscovery);
        Decide(Solicitation(Own6, LinkAddressOption(1, RouterMac))).Should().BeNull();
        Decide(Solicitation(Own6, LinkAddressOption(3))).Should().BeNull();
        Decide(Solicitation(Own6, LinkAddressOption(1)[..7])).Should().BeNull();
        Decide(Solicitation("::", LinkAddressOption(14))).Should().Be(AllowedReason.NeighbourDiscovery);
        Decide(Solicitation(Own6, LinkAddressOption(14))).Should().BeNull();
    }

    private static byte[] Solicitation(string source, byte[] option)
    {
        return IPv6(source, "ff02::1:ff00:1", 58, Discovery(135, "2001:db8:1::1", options: option), hopLimit: 255);
    }
}
