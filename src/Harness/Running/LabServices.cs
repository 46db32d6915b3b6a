// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Services;
using LeakVerifier.Harness.Tunnels;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Running;

/// <summary>The servers that probes talk to, one set a lab.</summary>
internal sealed class LabServices : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _services = [];

    private LabServices()
    {
    }

    /// <summary>A port of the internet server for numbered requests through the tunnel.</summary>
    public const int TunnelPingPort = 7100;

    /// <summary>Starts them all.</summary>
    public static async Task<LabServices> StartAsync(HostLab lab, Scenario scenario, ProbePorts ports)
    {
        var services = new LabServices();
        var internet = LabAddresses.InternetServer.Both;
        services._services.Add(await EchoService.StartAsync(
            lab.Internet.Root, [.. internet], [.. ports.InternetTcp], [.. ports.InternetUdp, TunnelPingPort]));
        services._services.Add(await DnsService.StartAsync(lab.Internet.Root, [.. internet]));
        services._services.Add(await DnsService.StartAsync(lab.Resolver.Root, [.. LabAddresses.LanResolver.Both]));

        foreach (var address in LabAddresses.VpnServer.Both)
        {
            int[] Relay(TransportProtocol protocol)
            {
                return IsTunnels(scenario, address, protocol) || IsRealRelays(scenario, address, protocol) ? [ports.TorOther] : [ports.TorOther, ports.Vpn];
            }

            services._services.Add(await EchoService.StartAsync(
                lab.VpnServer.Root, [address], Relay(TransportProtocol.Tcp), Relay(TransportProtocol.Udp)));
        }

        return services;
    }

    /// <summary>Whether a real Tor relay holds the VPN's port there.</summary>
    private static bool IsRealRelays(Scenario scenario, IPAddress address, TransportProtocol protocol)
    {
        return scenario.UsesApplications && protocol == TransportProtocol.Tcp && address.Equals(LabAddresses.VpnServer.IPv4);
    }

    /// <summary>
    /// Whether the tunnel's server holds the VPN's port there. The Tor relay shares it everywhere else; and where it cannot,
    /// what its users send reaches the tunnel's server, which is all that can be seen on a link.
    /// </summary>
    private static bool IsTunnels(Scenario scenario, IPAddress address, TransportProtocol protocol)
    {
        var isOverIPv6 = scenario.OpenVpn is { IsOverIPv6: true };
        return scenario.Tunnel != TunnelKind.OutOfBand
            && scenario.Transport == protocol
            && address.Equals(isOverIPv6 ? LabAddresses.VpnServer.IPv6 : LabAddresses.VpnServer.IPv4);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }
    }
}
