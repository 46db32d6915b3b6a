// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Probes;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>Probes of one thread that start together.</summary>
internal sealed class SenderGroup : ILabActor
{
    private readonly Pacer _pacer;
    private readonly List<PacedProbe> _probes = [];

    /// <param name="thread">Where they live; it must outlive them.</param>
    /// <param name="senders">What they send.</param>
    public SenderGroup(NamespaceThread thread, IEnumerable<Sender> senders)
    {
        _pacer = new Pacer(thread.RunAsync, Pacer.ProbeTick, TimeProvider.System);
        foreach (var sender in senders)
        {
            Add(thread, sender.Name, sender.Protocol, sender.Destination, context => new PreparedProbe(context, sender));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ProbeDescription> Descriptions => [.. _probes.Select(probe => probe.Description)];

    /// <summary>Adds a probe of another kind.</summary>
    public void Add(
        NamespaceThread thread, string name, ProbeProtocol protocol, IPEndPoint destination, Func<ProbeContext, PacedProbe> create)
    {
        var description = ProbeDescriptions.Create(name, thread, protocol, destination);
        _probes.Add(create(new ProbeContext(description, _pacer, TimeProvider.System)));
    }

    /// <inheritdoc/>
    public Task<string?> OpenAsync(IReadOnlyCollection<string> refusedFamilies, CancellationToken cancellation)
    {
        // Whether it can send at all shows in the control run.
        return Task.FromResult<string?>(null);
    }

    /// <inheritdoc/>
    public void Start()
    {
        foreach (var probe in _probes)
        {
            probe.MarkFault();
            probe.Start();
            _ = _pacer.AddAsync(probe);
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(Judge judge) => await CloseAsync();

    /// <inheritdoc/>
    public IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)> Read()
    {
        return [.. _probes.Select(probe => (probe.Description, probe.Counters))];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _pacer.DisposeAsync();
    }

    private Task CloseAsync() => Task.WhenAll(_probes.Select(probe => probe.DisposeAsync().AsTask()));
}
