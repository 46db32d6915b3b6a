// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Forging;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>
/// What is allowed in the clear where the resolver's part of the local network, one TCP service for the neighbour's part,
/// and DHCP are; and what is next to it and not allowed.
/// </summary>
internal static class ExceptionSenders
{
    /// <summary>The service that the neighbour may reach, and one that nobody may.</summary>
    public const int ServicePort = 22;
    public const int OtherServicePort = 2222;

    private const int EncryptedDnsPort = 853;
    private const int LocalPort = 7440;
    private const byte Syn = 0x02;

    /// <summary>Allowed: the local network, and a DHCP client.</summary>
    public static IReadOnlyList<Sender> AllowedPrograms { get; } =
    [
        .. Resolvers(to => OddSenders.Datagram("local-udp", new IPEndPoint(to, LocalPort))),
        Whole("dhcp-v4", ProbeProtocol.Udp, new IPEndPoint(IPAddress.Broadcast, 67), _ => Packet.Udp(
            new IPEndPoint(LabAddresses.Client.IPv4, 68), new IPEndPoint(IPAddress.Broadcast, 67), Discover())),
    ];

    /// <summary>Not allowed: DNS in other ways, what hides ports, the rest of the network, the rest of a protocol.</summary>
    public static IReadOnlyList<Sender> Programs { get; } =
    [
        .. Resolvers(to => OddSenders.Datagram("doq-lan", new IPEndPoint(to, EncryptedDnsPort))),
        .. Resolvers(to => OddSenders.Raw("gre-lan", ProbeProtocol.Gre, to)),
        .. LabAddresses.Client.Both.Zip(LabAddresses.LanResolver.Both, OddSenders.LaterFragment)
            .Select(sender => sender with { Name = sender.Name.Replace("fragment", "fragment-lan", StringComparison.Ordinal) }),
        .. LabAddresses.Router.Both.Select(to => OddSenders.Datagram("beyond-lan", new IPEndPoint(to, LocalPort))),
        OddSenders.Broadcast("beyond-dhcp", new IPEndPoint(IPAddress.Broadcast, LocalPort)),
        Whole("dhcp-unicast-v4", ProbeProtocol.Udp, new IPEndPoint(LabAddresses.Router.IPv4, 67), nonce => Packet.Udp(
            new IPEndPoint(LabAddresses.Client.IPv4, 68), new IPEndPoint(LabAddresses.Router.IPv4, 67), OddSenders.Payload(nonce))),
        .. LabAddresses.Client.Both.Zip(LabAddresses.Neighbour.Both, FromTheService),
    ];

    /// <summary>Not allowed: DNS over TLS (RFC 7858), a new connection each time.</summary>
    public static IReadOnlyList<(string Name, IPEndPoint Resolver)> EncryptedDns { get; } =
    [
        .. LabAddresses.LanResolver.Both.Select(to => (
            "dot-lan" + ProbeDescriptions.SuffixOf(to.AddressFamily), new IPEndPoint(to, EncryptedDnsPort))),
    ];

    /// <summary>Allowed: the neighbour reaches the service, whose answers leave.</summary>
    public static IReadOnlyList<Sender> AllowedNeighbours { get; } = [.. Knock("service", LabAddresses.Neighbour, 7461, ServicePort)];

    /// <summary>Not allowed: somebody else reaches it, and the neighbour reaches another one.</summary>
    public static IReadOnlyList<Sender> Neighbours { get; } =
    [
        .. Knock("service-for-stranger", LabAddresses.Router, 7462, ServicePort),
        .. Knock("other-service", LabAddresses.Neighbour, 7463, OtherServicePort),
    ];

    private static IEnumerable<Sender> Resolvers(Func<IPAddress, Sender> to) => LabAddresses.LanResolver.Both.Select(to);

    private static IEnumerable<Sender> Knock(string name, AddressPair who, int port, int service)
    {
        return who.Both.Zip(LabAddresses.Client.Both, (from, client) =>
        {
            var answers = new IPEndPoint(from, port);
            return new Sender(
                name + ProbeDescriptions.SuffixOf(from.AddressFamily), ProbeProtocol.Tcp, answers, SocketPlan.Frames,
                _ => Frame.Ip(
                    LabAddresses.ClientMac, LabAddresses.RouterMac, Packet.Tcp(answers, new IPEndPoint(client, service), Syn)))
            {
                Link = HostLab.CapturePoint,
            };
        });
    }

    /// <summary>The first packet of a connection, from the service's port.</summary>
    private static Sender FromTheService(IPAddress client, IPAddress neighbour)
    {
        var to = new IPEndPoint(neighbour, LocalPort);
        return Whole(
            "from-service" + ProbeDescriptions.SuffixOf(client.AddressFamily), ProbeProtocol.Tcp, to,
            _ => Packet.Tcp(new IPEndPoint(client, ServicePort), to, Syn));
    }

    private static Sender Whole(string name, ProbeProtocol protocol, IPEndPoint to, Func<string, byte[]> packet)
    {
        var family = to.AddressFamily;
        var plan = SocketPlan.WholePackets(family);
        return new Sender(
            name, protocol, to,
            plan with
            {
                Device = HostLab.PhysicalInterface,
                Options = family == AddressFamily.InterNetwork
                    ? [SocketOption.Number(SocketCalls.SOL_SOCKET, SocketCalls.SO_BROADCAST, 1)]
                    : plan.Options,
            },
            packet)
        {
            To = new IPEndPoint(to.Address, 0),
        };
    }

    /// <summary>RFC 2131, section 2: a request over Ethernet, the cookie, and "I discover" (RFC 2132, section 9.6).</summary>
    private static byte[] Discover()
    {
        var message = new byte[244];
        byte[] start = [1, 1, 6, 0, 0x39, 3, 0xf3, 0x26];
        start.CopyTo(message, 0);
        Convert.FromHexString(LabAddresses.ClientMac.Replace(":", "", StringComparison.Ordinal)).CopyTo(message, 28);
        byte[] options = [99, 130, 83, 99, 53, 1, 1, 255];
        options.CopyTo(message, 236);
        return message;
    }
}
