// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Forging;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>Frames of a privileged program: they enter the stack below every rule of the IP layer (packet(7)).</summary>
internal static class PacketSenders
{
    private const int SourcePort = 7300;
    private const int Port = 7301;
    private const int BypassPort = 7302;

    /// <summary>The nearest bridge (IEEE 802.1Q, table 8-1), for LLDP, and the port access entity, for EAPOL.</summary>
    private const string NearestBridge = "01:80:c2:00:00:0e";
    private const string PortAccess = "01:80:c2:00:00:03";

    /// <summary>VLAN 7 with priority 0 (IEEE 802.1Q, clause 9.6).</summary>
    private static readonly byte[] VlanSeven = [0, 7];

    private static SocketPlan PastTheQueues { get; } = SocketPlan.Frames with
    {
        Options = [SocketOption.Number(SocketCalls.SOL_PACKET, SocketCalls.PACKET_QDISC_BYPASS, 1)],
    };

    /// <summary>Those of the client on its link to the router.</summary>
    public static IReadOnlyList<Sender> OnTheLink { get; } = On(
        "packet", HostLab.PhysicalInterface, LabAddresses.Client, LabAddresses.ClientMac, LabAddresses.RouterMac);

    /// <summary>Those of the client on a second link.</summary>
    public static IReadOnlyList<Sender> OnTheSecondUplink { get; } = On(
        "late-packet", SecondUplink.ClientInterface, LabAddresses.UplinkClient, LabAddresses.UplinkClientMac, LabAddresses.UplinkRouterMac);

    private static IReadOnlyList<Sender> On(string name, string link, AddressPair own, string mac, string router)
    {
        var tunnel = LabAddresses.TunnelClient.IPv4;
        var everywhere = new IPEndPoint(IPAddress.Any, 0);
        Sender Other(string what, IPEndPoint destination, Func<string, byte[]> frame)
        {
            return new Sender($"{name}-{what}", ProbeProtocol.None, destination, SocketPlan.Frames, frame) { Link = link };
        }

        Sender Datagram(string suffix, SocketPlan socket, IPAddress from, IPEndPoint to)
        {
            return new Sender(name + suffix, ProbeProtocol.Udp, to, socket, nonce => Frame.Ip(
                router, mac, Packet.Udp(new IPEndPoint(from, SourcePort), to, Payload(nonce))))
            { Link = link };
        }

        var families = own.Both.Zip(LabAddresses.InternetServer.Both, LabAddresses.VpnServer.Both);
        return
        [
            .. families.SelectMany(family =>
            {
                var (from, internet, server) = family;
                var suffix = ProbeDescriptions.SuffixOf(from.AddressFamily);
                return new[]
                {
                    Datagram(suffix, SocketPlan.Frames, from, new IPEndPoint(internet, Port)),
                    Datagram("-bypass" + suffix, PastTheQueues, from, new IPEndPoint(internet, BypassPort)),

                    // The tunnel's endpoint in all but who sends it.
                    Datagram("-server" + suffix, SocketPlan.Frames, from, new IPEndPoint(server, LabAddresses.VpnPort)),
                };
            }),
            Other("arp", new IPEndPoint(tunnel, 0), _ => Frame.ArpRequest(mac, tunnel, tunnel)),
            Other("lldp", everywhere, nonce => Frame.Of(NearestBridge, mac, EtherTypes.Lldp, Payload(nonce))),
            Other("eapol", everywhere, nonce => Frame.Of(PortAccess, mac, EtherTypes.Eapol, Payload(nonce))),
            Other("vlan", everywhere, nonce => Frame.Of(router, mac, EtherTypes.Vlan, Tagged(own.IPv4, nonce))),
        ];
    }

    private static byte[] Tagged(IPAddress from, string nonce)
    {
        var to = new IPEndPoint(LabAddresses.InternetServer.IPv4, Port);
        return [.. VlanSeven, EtherTypes.IPv4 >> 8, EtherTypes.IPv4 & 0xff, .. Packet.Udp(new IPEndPoint(from, SourcePort), to, Payload(nonce))];
    }

    private static byte[] Payload(string nonce) => NoncePayload.Stream(nonce, NoncePayload.SliceLength);
}
