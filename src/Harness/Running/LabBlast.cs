// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.Harness.Running;

/// <summary>
/// Packets as fast as the machine can, towards the physical interface, while numbered requests go through the tunnel: to
/// find the moment at which a reload lets one out, or loses one.
/// </summary>
internal sealed class LabBlast : IAsyncDisposable
{
    private const uint OtherUser = 65534;

    /// <summary>A port on the VPN server's address, which is reached through the physical interface.</summary>
    private const int Port = 9002;

    /// <summary>
    /// In a control run, where nothing else ends it: enough to show that all of it gets out, and few enough that both
    /// families fit into the capture's buffer (64 MiB, half a page for each frame), however late that is read.
    /// </summary>
    private static readonly UdpBlastLimits ControlLimits = new(6_000, TimeSpan.FromSeconds(2));

    private static readonly UdpBlastLimits ProtectedLimits = new(long.MaxValue, TimeSpan.FromSeconds(60));

    private static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(5);

    private readonly List<UdpBlast> _blasts;
    private readonly TunnelPing _ping;

    private LabBlast(List<UdpBlast> blasts, TunnelPing ping)
    {
        _blasts = blasts;
        _ping = ping;
    }

    /// <summary>Who sends.</summary>
    public IReadOnlyList<ProbeDescription> Descriptions =>
        [.. _blasts.Select(blast => blast.Description), _ping.Description];

    /// <summary>Opens the senders; nothing is sent yet.</summary>
    public static async Task<LabBlast> OpenAsync(HostLab lab, bool isControl)
    {
        var user = lab.Used.As(OtherUser);
        var limits = isControl ? ControlLimits : ProtectedLimits;
        List<UdpBlast> blasts = [];
        foreach (var address in LabAddresses.VpnServer.Both)
        {
            // Bound, so that no moment without a route there sends the blast through the tunnel, whose queue it would fill.
            var destination = new IPEndPoint(address, Port);
            blasts.Add(await UdpBlast.OpenAsync(user, destination, HostLab.PhysicalInterface, limits, TimeProvider.System));
        }

        var answering = new IPEndPoint(LabAddresses.InternetServer.IPv4, LabServices.TunnelPingPort);
        return new LabBlast(blasts, new TunnelPing(lab.Used.Root, answering, PingInterval, TimeProvider.System));
    }

    /// <summary>Begins to send.</summary>
    /// <returns>Null, or why the tunnel does not answer.</returns>
    public async Task<string?> StartAsync(CancellationToken cancellation)
    {
        var readiness = await _ping.StartAsync(cancellation);
        _blasts.ForEach(blast => blast.Start());
        return readiness.Problem is null ? null : $"tunnel-ping: {readiness.Problem}";
    }

    /// <summary>Ends it.</summary>
    /// <returns>What became of the requests through the tunnel, and what the blasts did.</returns>
    public async Task<(TunnelPingResult Ping, IReadOnlyList<(ProbeDescription Probe, UdpBlastResult Result)> Blasts)> StopAsync()
    {
        List<(ProbeDescription, UdpBlastResult)> results = [];
        foreach (var blast in _blasts)
        {
            results.Add((blast.Description, await blast.StopAsync()));
        }

        return (await _ping.StopAsync(), results);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var blast in _blasts)
        {
            await blast.DisposeAsync();
        }

        await _ping.DisposeAsync();
    }
}
