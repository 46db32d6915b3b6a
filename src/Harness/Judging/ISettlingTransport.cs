// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging;

/// <summary>
/// An oracle that can decide only when the run is over, because it needs keys that are made during it: it takes every
/// claim first, and afterwards names those that were false.
/// </summary>
public interface ISettlingTransport : ITransportOracle
{
    /// <summary>Decides on all claims since the last call.</summary>
    /// <returns>The frames that are not transport, in the order of the wire, each with what speaks against it.</returns>
    IReadOnlyList<(FrameFacts Frame, string Why)> Settle();
}
