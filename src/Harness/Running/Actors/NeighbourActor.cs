// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>
/// A hostile neighbour: it asks for the tunnel's address in every way there is, and forges packets for a connection in
/// the tunnel to see whether it exists.
/// </summary>
internal sealed class NeighbourActor : ILabActor
{
    private readonly HostLab _lab;
    private readonly SenderGroup _senders;
    private readonly Dictionary<string, IdleConnection> _connections = [];

    public NeighbourActor(HostLab lab)
    {
        _lab = lab;
        var forged = LabAddresses.InternetServer.Both.Select(server => NeighbourSenders.ForConnection(
            server, () => _connections.GetValueOrDefault(SuffixOf(server))?.Client));
        _senders = new SenderGroup(lab.Router.Root, [.. NeighbourSenders.All, .. forged]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ProbeDescription> Descriptions => _senders.Descriptions;

    /// <inheritdoc/>
    public async Task<string?> OpenAsync(IReadOnlyCollection<string> refusedFamilies, CancellationToken cancellation)
    {
        // RFC 8335 is off until somebody turns it on; a host is asked that somebody did.
        await _lab.Client.SysctlAsync("net/ipv4/icmp_echo_enable_probe=1");
        foreach (var server in LabAddresses.InternetServer.Both.Where(server => !refusedFamilies.Contains(SuffixOf(server))))
        {
            var to = new IPEndPoint(server, NeighbourSenders.IdlePort);
            try
            {
                _connections.Add(SuffixOf(server), await IdleConnection.OpenAsync(
                    _lab.Client.Root, _lab.Internet.Root, to, cancellation));
            }
            catch (SocketException exception)
            {
                return $"opening an idle connection to {to} through the tunnel: {exception.Message}";
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Start() => _senders.Start();

    /// <inheritdoc/>
    public async Task StopAsync(Judge judge)
    {
        await _senders.StopAsync(judge);
        foreach (var (suffix, connection) in _connections)
        {
            if (connection.Reactions is > 0 and var count)
            {
                var sender = Descriptions.Single(description => description.Name == NeighbourSenders.Inference + suffix);
                judge.Report(sender, LeakClass.ConnectionRevealed, ITunnel.Interface, count,
                    $"an idle connection of {connection.Client} said something {count} times, in answer to forged packets");
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)> Read()
    {
        // Where a family is kept out of the tunnel there is no connection that could be found.
        return
        [
            .. _senders.Read().Where(sent => !sent.Probe.Name.StartsWith(NeighbourSenders.Inference, StringComparison.Ordinal)
                || _connections.ContainsKey(sent.Probe.Name[NeighbourSenders.Inference.Length..])),
        ];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _senders.DisposeAsync();
        foreach (var connection in _connections.Values)
        {
            connection.Dispose();
        }
    }

    private static string SuffixOf(IPAddress address) => ProbeDescriptions.SuffixOf(address.AddressFamily);
}
