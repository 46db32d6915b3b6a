// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic;

/// <summary>What became of the numbered requests.</summary>
/// <param name="Sent">Requests made, refused ones included.</param>
/// <param name="Answered">Requests that were answered, each counted once.</param>
/// <param name="FirstLost">The number of the first request without an answer; null when none was lost.</param>
public sealed record TunnelPingResult(long Sent, long Answered, long? FirstLost)
{
    /// <summary>Requests without an answer.</summary>
    public long Lost => Sent - Answered;
}
