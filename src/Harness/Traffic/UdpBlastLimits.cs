// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic;

/// <summary>When a blast ends by itself.</summary>
/// <param name="Attempts">Send calls at most.</param>
/// <param name="Duration">Time at most.</param>
public sealed record UdpBlastLimits(long Attempts, TimeSpan Duration);
