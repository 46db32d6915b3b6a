// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Forging;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>
/// What rules that think of TCP and UDP to single hosts forget: rare protocols, groups and broadcasts, fragments, source
/// routes, marks. All of it is bound to the physical interface, or routed to it.
/// </summary>
internal static class OddSenders
{
    private const string Device = HostLab.PhysicalInterface;
    private const int SourceRoutedPort = 7421;
    private const int MappedPort = 7422;
    private const int BroadcastPort = 7430;

    /// <summary>Where a later fragment's content belongs: behind the most that a frame holds.</summary>
    private const ushort LaterOffset = 185;

    /// <summary>Multicast DNS (RFC 6762), link-local name resolution (RFC 4795), and SSDP, which UPnP uses.</summary>
    private static readonly (string Name, IPEndPoint V4, IPEndPoint V6)[] Groups =
    [
        ("mdns", Group("224.0.0.251", 5353), Group("ff02::fb", 5353)),
        ("llmnr", Group("224.0.0.252", 5355), Group("ff02::1:3", 5355)),
        ("ssdp", Group("239.255.255.250", 1900), Group("ff02::c", 1900)),
    ];

    private static readonly (string Name, ProbeProtocol Protocol)[] BothFamilies =
    [
        ("gre", ProbeProtocol.Gre), ("esp", ProbeProtocol.Esp), ("sctp", ProbeProtocol.Sctp), ("udplite", ProbeProtocol.UdpLite),
        ("ipv6-in-ip", ProbeProtocol.IPv6InIp), ("ipv4-in-ip", ProbeProtocol.IPv4InIp),
    ];

    /// <summary>The group that the membership probes join, and where the kernel reports it (RFC 3376, section 4.2.14; RFC
    /// 3810, section 5.2.14).</summary>
    public static IReadOnlyList<(string Name, ProbeProtocol Protocol, IPAddress Group, IPEndPoint Reports)> Memberships { get; } =
    [
        ("membership-v4", ProbeProtocol.Igmp, IPAddress.Parse("239.255.7.7"), Group("224.0.0.22", 0)),
        ("membership-v6", ProbeProtocol.HopByHop, IPAddress.Parse("ff05::7:7"), Group("ff02::16", 0)),
    ];

    /// <summary>All but the membership probes.</summary>
    public static IReadOnlyList<Sender> All { get; } =
    [
        .. BothFamilies.SelectMany(protocol => LabAddresses.InternetServer.Both.Select(to => Raw(protocol.Name, protocol.Protocol, to))),
        Raw("icmp-timestamp", ProbeProtocol.Icmp, LabAddresses.Router.IPv4) with { Message = Timestamp },
        .. Groups.SelectMany(group => new[] { Datagram(group.Name, group.V4), Datagram(group.Name, group.V6) }),
        Broadcast("netbios", new IPEndPoint(LabAddresses.LanBroadcast, 137)),
        Broadcast("broadcast", new IPEndPoint(IPAddress.Broadcast, BroadcastPort)),
        SourceRouted(),
        Mapped(),
        .. LabAddresses.VpnServer.Both.Select(server => Marked(new IPEndPoint(server, LabAddresses.VpnPort))),
        .. LabAddresses.Client.Both.Zip(LabAddresses.InternetServer.Both, LaterFragment),
    ];

    /// <summary>A later fragment. What stands where a first one has its ports, or its type, looks like what rules accept.</summary>
    internal static Sender LaterFragment(IPAddress from, IPAddress to)
    {
        var isV6 = to.AddressFamily == AddressFamily.InterNetworkV6;

        // A solicitation of neighbour discovery; or ports of the tunnel's transport.
        var (protocol, lookAlike) = isV6
            ? ((byte)58, new byte[] { 135, 0, 0, 0, 0, 0, 0, 0 })
            : ((byte)ProbeProtocol.Udp, [0x04, 0xaa, 0x04, 0xaa, 0, 40, 0, 0]);
        return new Sender(
            "fragment" + ProbeDescriptions.SuffixOf(to.AddressFamily), ProbeProtocol.None, new IPEndPoint(to, 0),
            SocketPlan.WholePackets(to.AddressFamily) with { Device = Device },
            nonce => Packet.LastFragment(from, to, protocol, LaterOffset, [.. lookAlike, .. Payload(nonce)], hopLimit: 255));
    }

    /// <summary>A packet of some IP protocol with nothing but the nonce in it.</summary>
    internal static Sender Raw(string name, ProbeProtocol protocol, IPAddress to)
    {
        return new Sender(
            name + ProbeDescriptions.SuffixOf(to.AddressFamily), protocol, new IPEndPoint(to, 0),
            SocketPlan.Raw(to.AddressFamily, (byte)protocol) with { Device = Device }, Payload);
    }

    /// <summary>Datagrams bound to the physical interface.</summary>
    internal static Sender Datagram(string name, IPEndPoint to)
    {
        return new Sender(
            name + ProbeDescriptions.SuffixOf(to.AddressFamily), ProbeProtocol.Udp, to,
            SocketPlan.Udp(to.AddressFamily) with { Device = Device }, Payload);
    }

    /// <summary>Datagrams to everybody on the link.</summary>
    internal static Sender Broadcast(string name, IPEndPoint to)
    {
        return Datagram(name, to) with
        {
            Socket = SocketPlan.Udp(to.AddressFamily) with
            {
                Device = Device,
                Options = [SocketOption.Number(SocketCalls.SOL_SOCKET, SocketCalls.SO_BROADCAST, 1)],
            },
        };
    }

    /// <summary>Bytes that name their sender.</summary>
    internal static byte[] Payload(string nonce) => NoncePayload.Stream(nonce, NoncePayload.SliceLength);

    /// <summary>RFC 791, section 3.1: a no-operation, then a loose source route over the router, pointer at its address.</summary>
    private static Sender SourceRouted()
    {
        byte[] options = [1, 131, 7, 4, .. LabAddresses.Router.IPv4.GetAddressBytes()];
        return new Sender(
            "source-routed-v4", ProbeProtocol.Udp, new IPEndPoint(LabAddresses.InternetServer.IPv4, SourceRoutedPort),
            SocketPlan.Udp(AddressFamily.InterNetwork) with
            {
                Device = Device,
                Options = [new SocketOption(SocketCalls.IPPROTO_IP, SocketCalls.IP_OPTIONS, options)],
            },
            Payload);
    }

    /// <summary>An IPv6 socket that sends IPv4 (RFC 4291, section 2.5.5.2).</summary>
    private static Sender Mapped()
    {
        var to = new IPEndPoint(LabAddresses.InternetServer.IPv4, MappedPort);
        return new Sender(
            "mapped-v4", ProbeProtocol.Udp, to, SocketPlan.Udp(AddressFamily.InterNetworkV6) with { Device = Device }, Payload)
        {
            To = new IPEndPoint(to.Address.MapToIPv6(), to.Port),
        };
    }

    /// <summary>To the tunnel's endpoint, with the mark that wg-quick gives to WireGuard's packets.</summary>
    private static Sender Marked(IPEndPoint to)
    {
        return new Sender(
            "marked" + ProbeDescriptions.SuffixOf(to.AddressFamily), ProbeProtocol.Udp, to,
            SocketPlan.Udp(to.AddressFamily) with
            {
                Options = [SocketOption.Number(SocketCalls.SOL_SOCKET, SocketCalls.SO_MARK, 0xca6c)],
            },
            Payload);
    }

    /// <summary>RFC 792: identifier, number, three times of day; then the nonce.</summary>
    private static byte[] Timestamp(string nonce)
    {
        byte[] message = [13, 0, 0, 0, 7, 7, 0, 1, .. new byte[12], .. Payload(nonce)];
        var checksum = InternetChecksum.Of(message);
        message[2] = (byte)(checksum >> 8);
        message[3] = (byte)checksum;
        return message;
    }

    private static IPEndPoint Group(string address, int port) => new(IPAddress.Parse(address), port);
}
