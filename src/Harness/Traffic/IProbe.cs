// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic;

/// <summary>
/// A sender of traffic. A refused send is counted and the next one is made all the same: a closed firewall must not
/// silence the traffic that it is tested with.
/// </summary>
public interface IProbe : IAsyncDisposable
{
    /// <summary>Who sends what where.</summary>
    ProbeDescription Description { get; }

    /// <summary>What was done so far.</summary>
    ProbeCounters Counters { get; }

    /// <summary>Opens the probe and, where it needs an established flow, has it answered once.</summary>
    /// <param name="cancellationToken">Ends the wait; the result then says what was missing.</param>
    Task<ProbeReadiness> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Begins paced sending, which goes on until the probe is disposed.</summary>
    void Start();

    /// <summary>Separates what was done before the fault from what is done after it.</summary>
    void MarkFault();

    /// <summary>Completes when at least so many bytes were transferred (see
    /// <see cref="ProbeCounters.BytesTransferred"/>).</summary>
    Task WhenTransferredAsync(long bytes, CancellationToken cancellationToken);
}
