// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging;

/// <summary>
/// Knows whether a frame was sent by the tunnel's process. That it goes to the server proves nothing: others may send
/// there too.
/// </summary>
public interface ITransportOracle
{
    /// <summary>Whether the frame is the tunnel's transport. Called for whole packets and for first fragments, from the
    /// capture's thread.</summary>
    /// <param name="frame">An IP packet to a listed server.</param>
    /// <param name="why">When it is not: what speaks against it.</param>
    bool IsTransport(in FrameFacts frame, out string? why);
}
