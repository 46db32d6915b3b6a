// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;

namespace LeakVerifier.Prover.Model;

/// <summary>Something by which packets pass the rules.</summary>
/// <param name="Text">What was found, in words.</param>
/// <param name="Device">The only device that it concerns; null: it can concern any.</param>
public sealed record Obstacle(string Text, string? Device = null);

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

    /// <summary>Whether nft's rules were read without their bytecode, which says what their listing elides.</summary>
    public bool LacksBytecode { get; init; }

    /// <summary>Names of the interfaces that exist now; null: a dump does not say.</summary>
    public ImmutableArray<string>? Interfaces { get; init; }

    /// <summary>Addresses of the machine that others can reach: a witness is sent from one of them if it can be.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>What no ruleset can answer and was found on the machine (tc, XDP, bridges).</summary>
    public ImmutableArray<Obstacle> Obstacles { get; init; } = [];

    /// <summary>Versions, generation and hash, as words: what the answer holds for.</summary>
    public ImmutableArray<string> Facts { get; init; } = [];
}
