// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic;

/// <summary>What a probe did up to a moment.</summary>
/// <param name="Attempts">Send calls made (for probes that make connections: connect calls), refused ones
/// included.</param>
/// <param name="AttemptsSinceFault">Those made after <see cref="IProbe.MarkFault"/>; 0 before it.</param>
/// <param name="Replies">Answers that carried the probe's nonce.</param>
/// <param name="RepliesSinceFault">Those that came after <see cref="IProbe.MarkFault"/>; 0 before it.</param>
/// <param name="BytesTransferred">Bytes of answers; for an established TCP transfer, the lesser of what was
/// acknowledged and what was received, so that it grows only while both directions work.</param>
/// <param name="Retransmissions">TCP segments that the kernel sent again; 0 for other probes.</param>
/// <param name="Errors">How often each error occurred, by its name (errno(3)); <c>ETIMEDOUT</c> also counts the
/// connection attempts that were abandoned, <c>EAGAIN</c> the sends that a full buffer refused.</param>
public sealed record ProbeCounters(
    long Attempts,
    long AttemptsSinceFault,
    long Replies,
    long RepliesSinceFault,
    long BytesTransferred,
    long Retransmissions,
    IReadOnlyDictionary<string, long> Errors);
