// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging;

/// <summary>The oracle of an out-of-band tunnel: nothing of it is on the wire.</summary>
public sealed class NoTransport : ITransportOracle
{
    /// <inheritdoc/>
    public bool IsTransport(in FrameFacts frame, out string? why)
    {
        why = "the tunnel sends nothing on this link";
        return false;
    }
}
