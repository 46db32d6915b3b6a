// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Services;
using LeakVerifier.Harness.Tunnels;

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
    public static async Task<LabServices> StartAsync(HostLab lab, TunnelKind tunnel, ProbePorts ports)
    {
        var services = new LabServices();
        var internet = LabAddresses.InternetServer.Both;
        services._services.Add(await EchoService.StartAsync(
            lab.Internet.Root, [.. internet], [.. ports.InternetTcp], [.. ports.InternetUdp, TunnelPingPort]));
        services._services.Add(await DnsService.StartAsync(lab.Internet.Root, [.. internet]));
        services._services.Add(await DnsService.StartAsync(lab.Resolver.Root, [.. LabAddresses.LanResolver.Both]));

        // The Tor relay shares the VPN's port over TCP always, and over UDP where no real server holds it.
        int[] relayUdp = tunnel == TunnelKind.OutOfBand ? [ports.TorOther, ports.Vpn] : [ports.TorOther];
        services._services.Add(await EchoService.StartAsync(
            lab.VpnServer.Root, [.. LabAddresses.VpnServer.Both], [ports.TorOther, ports.Vpn], relayUdp));
        return services;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }
    }
}
