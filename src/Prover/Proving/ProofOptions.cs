// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Proving;

/// <summary>What a proof may assume and spend.</summary>
public sealed record ProofOptions
{
    /// <summary>The defaults: nothing is assumed.</summary>
    public static ProofOptions Default { get; } = new();

    /// <summary>
    /// Nobody has CAP_NET_RAW: no packet of this machine starts as a later fragment or with a cut-off transport header.
    /// </summary>
    public bool NoRawSockets { get; init; }

    /// <summary>The most nodes of a decision diagram, 16 bytes each and as much again for tables. At least 10,000.</summary>
    public int NodeBudget { get; init; } = 12_000_000;

    /// <summary>The most causes that are listed for one path.</summary>
    public int CauseLimit { get; init; } = 16;

    /// <summary>Whether z3, if it is installed, is asked for a second opinion.</summary>
    public bool CrossCheck { get; init; }
}
