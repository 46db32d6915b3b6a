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
    /// <param name="lab">The lab.</param>
    /// <param name="tunnel">Tells which ports a real VPN server holds.</param>
    /// <param name="hasRealRelay">Whether a real Tor relay holds the VPN's port over TCP.</param>
    /// <param name="ports">The ports.</param>
    public static async Task<LabServices> StartAsync(
        HostLab lab, TunnelKind tunnel, bool hasRealRelay, ProbePorts ports)
    {
        var services = new LabServices();
        var internet = LabAddresses.InternetServer.Both;
        services._services.Add(await EchoService.StartAsync(
            lab.Internet.Root, [.. internet], [.. ports.InternetTcp], [.. ports.InternetUdp, TunnelPingPort]));
        services._services.Add(await DnsService.StartAsync(lab.Internet.Root, [.. internet]));
        services._services.Add(await DnsService.StartAsync(lab.Resolver.Root, [.. LabAddresses.LanResolver.Both]));

        // What stands for a Tor relay shares the VPN's port over TCP unless a real one does, and over UDP where no VPN server holds it.
        int[] relayTcp = hasRealRelay ? [ports.TorOther] : [ports.TorOther, ports.Vpn];
        int[] relayUdp = tunnel == TunnelKind.OutOfBand ? [ports.TorOther, ports.Vpn] : [ports.TorOther];
        services._services.Add(await EchoService.StartAsync(
            lab.VpnServer.Root, [.. LabAddresses.VpnServer.Both], relayTcp, relayUdp));
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
