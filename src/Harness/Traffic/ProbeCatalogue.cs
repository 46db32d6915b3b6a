// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Traffic.Services;

namespace LeakVerifier.Harness.Traffic;

/// <summary>Every probe there is.</summary>
public static class ProbeCatalogue
{
    /// <summary>The probes of one address family.</summary>
    public static IReadOnlyList<ProbeSpecification> For(ProbeTargets targets, ProbePorts ports)
    {
        var suffix = ProbeDescriptions.SuffixOf(targets.Family);
        var server = targets.InternetServer;
        return
        [
            Ordinary("tcp-established", ProbeKind.TcpEstablished, server, ports.TcpEstablished),
            Ordinary("tcp-new", ProbeKind.TcpNew, server, ports.TcpNew),
            Ordinary("udp-connected", ProbeKind.UdpConnected, server, ports.UdpConnected),
            Ordinary("udp-unconnected", ProbeKind.UdpUnconnected, server, ports.UdpUnconnected),
            Ordinary("dns-udp-lan", ProbeKind.DnsUdp, targets.LanResolver, DnsService.Port),
            Ordinary("dns-tcp-lan", ProbeKind.DnsTcp, targets.LanResolver, DnsService.Port),
            Ordinary("dns-udp-public", ProbeKind.DnsUdp, server, DnsService.Port),
            Ordinary("dns-tcp-public", ProbeKind.DnsTcp, server, DnsService.Port),
            Unprivileged("icmp-echo", ProbeKind.IcmpEcho, server, 0),
            Bound("bound-udp", ProbeKind.UdpUnconnected, server, ports.BoundUdp),
            Bound("bound-tcp", ProbeKind.TcpNew, server, ports.BoundTcp),
            Unprivileged("tor-other-port-tcp", ProbeKind.TcpNew, targets.VpnServer, ports.TorOther),
            Unprivileged("tor-other-port-udp", ProbeKind.UdpUnconnected, targets.VpnServer, ports.TorOther),
            Unprivileged("tor-same-port-tcp", ProbeKind.TcpNew, targets.VpnServer, ports.Vpn),
            Unprivileged("tor-same-port-udp", ProbeKind.UdpUnconnected, targets.VpnServer, ports.Vpn),
        ];

        ProbeSpecification Ordinary(string name, ProbeKind kind, IPAddress address, int port)
        {
            return new ProbeSpecification(name + suffix, kind, new IPEndPoint(address, port));
        }

        ProbeSpecification Unprivileged(string name, ProbeKind kind, IPAddress address, int port)
        {
            return Ordinary(name, kind, address, port) with { IsUnprivileged = true };
        }

        ProbeSpecification Bound(string name, ProbeKind kind, IPAddress address, int port)
        {
            return Unprivileged(name, kind, address, port) with { IsBound = true };
        }
    }
}
