// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>All actors of a run.</summary>
internal sealed class LabActors : IAsyncDisposable
{
    private readonly List<ILabActor> _actors;

    /// <param name="lab">Where they act.</param>
    /// <param name="wanted">Which.</param>
    public LabActors(HostLab lab, IEnumerable<Actor> wanted)
    {
        _actors = [.. wanted.Select(actor => ActorCatalogue.Create(actor, lab))];
    }

    /// <summary>Who sends.</summary>
    public IReadOnlyList<ProbeDescription> Descriptions => [.. _actors.SelectMany(actor => actor.Descriptions)];

    /// <summary>Has all of them get ready, while the tunnel works.</summary>
    /// <returns>Null, or why one cannot send.</returns>
    public async Task<string?> OpenAsync(IReadOnlyCollection<string> refusedFamilies, CancellationToken cancellation)
    {
        foreach (var actor in _actors)
        {
            if (await actor.OpenAsync(refusedFamilies, cancellation) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>Has all of them begin; this is after the fault.</summary>
    public void Start() => _actors.ForEach(actor => actor.Start());

    /// <summary>Ends all sending.</summary>
    /// <returns>What every sender did.</returns>
    public async Task<IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)>> StopAsync(Judge judge)
    {
        List<(ProbeDescription, ProbeCounters)> sent = [];
        foreach (var actor in _actors)
        {
            sent.AddRange(actor.Read());
            await actor.StopAsync(judge);
        }

        return sent;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var actor in _actors)
        {
            await actor.DisposeAsync();
        }
    }
}
