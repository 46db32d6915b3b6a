// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Probes;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>
/// Programs of the client and its neighbours use what the policy allows in the clear, and what lies beside it: DNS on the
/// local network, other protocols, other hosts, other ports.
/// </summary>
internal sealed class ExceptionUsersActor : ILabActor
{
    private readonly HostLab _lab;
    private readonly SenderGroup _programs;
    private readonly SenderGroup _neighbours;
    private readonly List<Socket> _listeners = [];

    public ExceptionUsersActor(HostLab lab)
    {
        _lab = lab;
        _programs = new SenderGroup(lab.Client.Root, [.. ExceptionSenders.AllowedPrograms, .. ExceptionSenders.Programs]);
        _neighbours = new SenderGroup(lab.Router.Root, [.. ExceptionSenders.AllowedNeighbours, .. ExceptionSenders.Neighbours]);
        foreach (var (name, resolver) in ExceptionSenders.EncryptedDns)
        {
            _programs.Add(lab.Client.Root, name, ProbeProtocol.Tcp, resolver, context => new TcpNewProbe(context));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ProbeDescription> Descriptions => [.. _programs.Descriptions, .. _neighbours.Descriptions];

    /// <inheritdoc/>
    public async Task<string?> OpenAsync(IReadOnlyCollection<string> refusedFamilies, CancellationToken cancellation)
    {
        foreach (var port in new[] { ExceptionSenders.ServicePort, ExceptionSenders.OtherServicePort })
        {
            _listeners.Add(await _lab.Client.Root.RunAsync(() => Listen(port)));
        }

        return null;
    }

    /// <inheritdoc/>
    public void Start()
    {
        _programs.Start();
        _neighbours.Start();
    }

    /// <inheritdoc/>
    public Task StopAsync(Judge judge) => Task.WhenAll(_programs.StopAsync(judge), _neighbours.StopAsync(judge));

    /// <inheritdoc/>
    public IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)> Read() => [.. _programs.Read(), .. _neighbours.Read()];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _programs.DisposeAsync();
        await _neighbours.DisposeAsync();
        _listeners.ForEach(listener => listener.Dispose());
    }

    /// <summary>Half-open connections are all that is wanted: nothing accepts.</summary>
    private static Socket Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        listener.Listen();
        return listener;
    }
}
