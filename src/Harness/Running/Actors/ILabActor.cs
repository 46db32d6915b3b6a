// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>Somebody who sends besides the ordinary probes, from the fault on.</summary>
internal interface ILabActor : IAsyncDisposable
{
    /// <summary>Who sends.</summary>
    IReadOnlyList<ProbeDescription> Descriptions { get; }

    /// <summary>Gets ready, while the tunnel works.</summary>
    /// <param name="refusedFamilies">Families (<c>-v4</c>, <c>-v6</c>) that the firewall keeps out of the tunnel.</param>
    /// <param name="cancellation">Interrupts.</param>
    /// <returns>Null, or why it cannot send.</returns>
    Task<string?> OpenAsync(IReadOnlyCollection<string> refusedFamilies, CancellationToken cancellation);

    /// <summary>Begins to send; this is after the fault.</summary>
    void Start();

    /// <summary>Ends the sending, and tells the judge what no frame on a link shows.</summary>
    Task StopAsync(Judge judge);

    /// <summary>What every sender did. Ask before it is stopped.</summary>
    IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)> Read();
}
