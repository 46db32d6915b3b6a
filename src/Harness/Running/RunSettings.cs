// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Proofs;

namespace LeakVerifier.Harness.Running;

/// <summary>What all runs have in common.</summary>
/// <param name="WorkFolder">Where a run keeps what its lab needs; gone with the sandbox.</param>
/// <param name="EvidenceFolder">Where captures and logs are kept; null: nowhere.</param>
/// <param name="Hosts">What hosts are made of.</param>
public sealed record RunSettings(string WorkFolder, string? EvidenceFolder, IHostSource Hosts)
{
    /// <summary>Proves the rules with which scenarios end.</summary>
    public RulesAtEnd RulesAtEnd { get; } = new();
}
