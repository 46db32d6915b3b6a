// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Harness.Proofs;

/// <summary>What became of a packet that the prover said would leave.</summary>
public enum ReplayOutcome
{
    /// <summary>It came out.</summary>
    Confirmed,

    /// <summary>It was sent and did not come out: the model is wrong.</summary>
    NotReproduced,

    /// <summary>The lab cannot send it.</summary>
    NotTried,
}

/// <summary>A cause of a predicted leak, and whether its witness came out when it was sent.</summary>
/// <param name="Answer">The path and family.</param>
/// <param name="Cause">The cause.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Why">Why it was not tried, or what the kernel said when it was sent.</param>
public sealed record Replay(PathAnswer Answer, LeakCause Cause, ReplayOutcome Outcome, string Why = "")
{
    /// <summary>Whether the client could send it at all: not over IPv6 where the firewall disables that.</summary>
    public bool IsPossible { get; init; } = true;
}
