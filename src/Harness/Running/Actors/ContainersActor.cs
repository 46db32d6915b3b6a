// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Services;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>What runs in two containers of the client: one that it forwards, and one with a macvlan child of its card.</summary>
internal sealed class ContainersActor : ILabActor
{
    private const int ServerPort = 7311;
    private const int ChildPort = 7312;

    private readonly ClientContainers _containers;
    private readonly SenderGroup _forwarded;
    private readonly SenderGroup _child;

    public ContainersActor(HostLab lab)
    {
        _containers = new ClientContainers(lab);
        _forwarded = new SenderGroup(_containers.Forwarded.Root, Forwarded);
        _child = new SenderGroup(_containers.Child.Root, Child);
    }

    /// <summary>To the VPN server's address and to the local resolver: neither goes through the tunnel.</summary>
    public static IReadOnlyList<Sender> Forwarded { get; } =
    [
        .. LabAddresses.VpnServer.Both.Select(to => Datagram("container-server", new IPEndPoint(to, ServerPort))),
        .. LabAddresses.LanResolver.Both.Select(to => Datagram("container-dns", new IPEndPoint(to, DnsService.Port))),
    ];

    /// <summary>To the internet, by the child's own route.</summary>
    public static IReadOnlyList<Sender> Child { get; } =
        [.. LabAddresses.InternetServer.Both.Select(to => Datagram("macvlan", new IPEndPoint(to, ChildPort)))];

    /// <inheritdoc/>
    public IReadOnlyList<ProbeDescription> Descriptions => [.. _forwarded.Descriptions, .. _child.Descriptions];

    /// <inheritdoc/>
    public async Task<string?> OpenAsync(IReadOnlyCollection<string> refusedFamilies, CancellationToken cancellation)
    {
        await _containers.WireAsync();
        return null;
    }

    /// <inheritdoc/>
    public void Start()
    {
        _forwarded.Start();
        _child.Start();
    }

    /// <inheritdoc/>
    public Task StopAsync(Judge judge) => Task.WhenAll(_forwarded.StopAsync(judge), _child.StopAsync(judge));

    /// <inheritdoc/>
    public IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)> Read() => [.. _forwarded.Read(), .. _child.Read()];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _forwarded.DisposeAsync();
        await _child.DisposeAsync();
        await _containers.DisposeAsync();
    }

    private static Sender Datagram(string name, IPEndPoint to)
    {
        return new Sender(
            name + ProbeDescriptions.SuffixOf(to.AddressFamily), ProbeProtocol.Udp, to,
            SocketPlan.Udp(to.AddressFamily), OddSenders.Payload);
    }
}
