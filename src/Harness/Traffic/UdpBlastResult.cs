// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic;

/// <summary>What a blast did.</summary>
/// <param name="Attempts">Send calls made, refused ones included.</param>
/// <param name="Errors">How often each error occurred, by its name (errno(3)); <c>EPERM</c> is a firewall that
/// drops.</param>
/// <param name="Elapsed">From the first to the last call.</param>
public sealed record UdpBlastResult(long Attempts, IReadOnlyDictionary<string, long> Errors, TimeSpan Elapsed)
{
    /// <summary>Send calls a second.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Attempts / Elapsed.TotalSeconds : 0;
}
