// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic.Probes;

namespace LeakVerifier.Harness.Traffic;

/// <summary>
/// Numbered requests to an <see cref="Services.EchoService"/> that count what gets lost on the way: the proof that a
/// reload of the rules drops nothing of the tunnel.
/// </summary>
public sealed class TunnelPing : IAsyncDisposable
{
    /// <summary>How long late answers are awaited after the last request: on a busy machine they are late by much.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly NamespaceThread _thread;
    private readonly TimeProvider _timeProvider;
    private readonly Pacer _pacer;
    private readonly NumberedProbe _probe;

    /// <param name="thread">Lives in the client's namespace; must outlive this.</param>
    /// <param name="destination">A UDP port of an echo service that is reached through the tunnel; no other probe may
    /// send there.</param>
    /// <param name="interval">The time between two requests.</param>
    /// <param name="timeProvider">The clock.</param>
    public TunnelPing(NamespaceThread thread, IPEndPoint destination, TimeSpan interval, TimeProvider timeProvider)
    {
        _thread = thread;
        _timeProvider = timeProvider;
        _pacer = new Pacer(thread.RunAsync, interval, timeProvider);
        var name = "tunnel-ping" + ProbeDescriptions.SuffixOf(destination.AddressFamily);
        Description = ProbeDescriptions.Create(name, thread, ProbeProtocol.Udp, destination);
        _probe = new NumberedProbe(new ProbeContext(Description, _pacer, timeProvider));
    }

    /// <summary>Who sends what where.</summary>
    public ProbeDescription Description { get; }

    /// <summary>Waits for a first answer, then begins to count.</summary>
    /// <returns>Whether there was an answer; nothing is counted when there was none.</returns>
    public async Task<ProbeReadiness> StartAsync(CancellationToken cancellationToken)
    {
        var readiness = await _probe.OpenAsync(cancellationToken);
        if (readiness.IsReady)
        {
            _probe.Start();
        }

        return readiness;
    }

    /// <summary>What was sent and answered so far; what is under way counts as lost.</summary>
    public Task<TunnelPingResult> CountAsync() => _thread.RunAsync(_probe.Result);

    /// <summary>Ends the requests, waits for late answers and counts.</summary>
    public async Task<TunnelPingResult> StopAsync()
    {
        await _thread.RunAsync(_probe.Stop);
        await _probe.AllAnswered
            .WaitAsync(Grace, _timeProvider)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await CountAsync();
    }

    /// <summary>Ends the requests and closes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        await _probe.DisposeAsync();
        await _pacer.DisposeAsync();
    }
}
