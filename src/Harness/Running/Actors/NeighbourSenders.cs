// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Text;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Forging;
using LeakVerifier.Harness.Traffic.Sockets;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>Frames of a hostile neighbour. The client's answers go to an address and port that tell which it answers.</summary>
internal static class NeighbourSenders
{
    /// <summary>The port of the server to which the idle connection goes.</summary>
    public const int IdlePort = 7410;

    /// <summary>What the names of the forged packets for that connection begin with.</summary>
    public const string Inference = "inference";

    private const byte Syn = 0x02;
    private const byte SynAck = 0x12;

    /// <summary>A port at which nothing of the client listens.</summary>
    private const int ClosedPort = 2200;

    /// <summary>Everything but the packets for a connection.</summary>
    public static IReadOnlyList<Sender> All { get; } =
    [
        .. LabAddresses.Neighbour.Both.SelectMany(neighbour => To(neighbour, Same(LabAddresses.TunnelClient, neighbour))),
        Forged("arp-for-tunnel", ProbeProtocol.None, new IPEndPoint(LabAddresses.Neighbour.IPv4, 0),
            _ => Frame.ArpRequest(LabAddresses.RouterMac, LabAddresses.Neighbour.IPv4, LabAddresses.TunnelClient.IPv4)),
    ];

    /// <summary>Segments that seem to come from the server of a connection in the tunnel.</summary>
    /// <param name="server">The server's address.</param>
    /// <param name="client">The client's end; null: there is no connection yet.</param>
    public static Sender ForConnection(IPAddress server, Func<IPEndPoint?> client)
    {
        var from = new IPEndPoint(server, IdlePort);
        var nobody = new IPEndPoint(Same(LabAddresses.TunnelClient, server), ClosedPort);
        return Forged(
            Inference + SuffixOf(server), ProbeProtocol.Tcp, from, _ => Across(Packet.Tcp(from, client() ?? nobody, Syn)));
    }

    private static IEnumerable<Sender> To(IPAddress neighbour, IPAddress tunnel)
    {
        var isV6 = neighbour.AddressFamily == AddressFamily.InterNetworkV6;
        var suffix = SuffixOf(neighbour);
        var client = Same(LabAddresses.Client, neighbour);
        Sender Tcp(string name, int port, IPAddress to, byte flags)
        {
            var from = new IPEndPoint(neighbour, port);
            return Forged(name + suffix, ProbeProtocol.Tcp, from, _ => Across(Packet.Tcp(from, new IPEndPoint(to, ClosedPort), flags)));
        }

        Sender Icmp(string name, byte type, Func<string, byte[]> rest, IPAddress to)
        {
            return Forged(name + suffix, ProbeProtocol.Icmp, new IPEndPoint(neighbour, 0),
                nonce => Across(Packet.Icmp(neighbour, to, type, rest(nonce))));
        }

        var datagram = new IPEndPoint(neighbour, 7403);

        // The first to name ICMP to the neighbour gets what has no nonce: answers to extended echo quote nothing.
        yield return Icmp("extended-echo", isV6 ? (byte)160 : (byte)42, _ => AskForTunnel(), client);
        yield return Icmp("echo-to-tunnel", isV6 ? (byte)128 : (byte)8, nonce => [7, 7, 0, 1, .. OddSenders.Payload(nonce)], tunnel);
        yield return Forged("udp-to-tunnel" + suffix, ProbeProtocol.Udp, datagram,
            nonce => Across(Packet.Udp(datagram, new IPEndPoint(tunnel, ClosedPort), OddSenders.Payload(nonce))));
        yield return Tcp("syn-to-tunnel", 7401, tunnel, Syn);
        yield return Tcp("syn-ack-to-tunnel", 7402, tunnel, SynAck);
        yield return Tcp("syn-to-client", 7404, client, Syn);
    }

    private static Sender Forged(string name, ProbeProtocol protocol, IPEndPoint answers, Func<string, byte[]> frame)
    {
        return new Sender(name, protocol, answers, SocketPlan.Frames, frame) { Link = HostLab.CapturePoint };
    }

    private static byte[] Across(byte[] packet) => Frame.Ip(LabAddresses.ClientMac, LabAddresses.RouterMac, packet);

    /// <summary>
    /// RFC 8335, section 2, behind identifier, sequence number and the bit for a local interface: an extension (RFC 4884)
    /// with one object that identifies the interface by its name, padded to four bytes.
    /// </summary>
    private static byte[] AskForTunnel()
    {
        byte[] extension = [0x20, 0, 0, 0, 0, 8, 3, 1, .. Encoding.ASCII.GetBytes(ITunnel.Interface)];
        var checksum = InternetChecksum.Of(extension);
        extension[2] = (byte)(checksum >> 8);
        extension[3] = (byte)checksum;
        return [7, 7, 1, 1, .. extension];
    }

    private static IPAddress Same(AddressPair pair, IPAddress family)
    {
        return family.AddressFamily == AddressFamily.InterNetworkV6 ? pair.IPv6 : pair.IPv4;
    }

    private static string SuffixOf(IPAddress address) => ProbeDescriptions.SuffixOf(address.AddressFamily);
}
