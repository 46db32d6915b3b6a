// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>What the walls cover on this machine now, and what they leave open, by name.</summary>
/// <remarks>The first wall covers the IP layer of every interface, those that appear later included.</remarks>
/// <param name="HasSecondWall">Whether the second wall is there.</param>
/// <param name="Uncovered">Interfaces whose frames it does not see, because they appeared after it was loaded.</param>
/// <param name="Reason">Why there is no second wall.</param>
public sealed record WallCoverage(bool HasSecondWall, ImmutableArray<string> Uncovered, string Reason = "")
{
    private static readonly ImmutableArray<string> PastTheFirstWall =
    [
        "frames of packet sockets (root, CAP_NET_RAW)",
        "ARP that names the tunnel's addresses",
        "machines and containers on a child of a physical interface (macvlan, ipvlan)",
        "machines on a bridge with a physical interface",
    ];

    /// <summary>Whether every interface that is there now has both walls.</summary>
    public bool IsComplete => HasSecondWall && Uncovered.IsEmpty;

    /// <summary>What passes no wall now.</summary>
    public ImmutableArray<string> OpenCases => (HasSecondWall, Uncovered.IsEmpty) switch
    {
        (false, _) => PastTheFirstWall,
        (true, true) => [],
        _ => [.. PastTheFirstWall.Select(what => $"on {string.Join(", ", Uncovered)}: {what}")],
    };

    /// <summary>There is no second wall.</summary>
    public static WallCoverage None(string reason) => new(false, [], reason);
}
