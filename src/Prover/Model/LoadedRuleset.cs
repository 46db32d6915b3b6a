// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Prover.Model;

/// <summary>A ruleset and what is known of the machine that has it.</summary>
/// <param name="Ruleset">The rules.</param>
public sealed record LoadedRuleset(Ruleset Ruleset)
{
    /// <summary>Where it was read: "the current network namespace", or the files.</summary>
    public string Origin { get; init; } = "";

    /// <summary>Whether what decides IPv4 was read.</summary>
    public bool CoversIp4 { get; init; } = true;

    /// <summary>Whether what decides IPv6 was read.</summary>
    public bool CoversIp6 { get; init; } = true;

    /// <summary>Names of the interfaces that exist now; null: a dump does not say.</summary>
    public ImmutableArray<string>? Interfaces { get; init; }

    /// <summary>What no ruleset can answer and was found (tc, XDP, flowtables, bridges), as words.</summary>
    public ImmutableArray<string> Obstacles { get; init; } = [];

    /// <summary>Versions, generation and hash, as words: what the answer holds for.</summary>
    public ImmutableArray<string> Facts { get; init; } = [];
}
