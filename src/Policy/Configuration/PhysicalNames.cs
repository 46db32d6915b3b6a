// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;

namespace LeakVerifier.Policy.Configuration;

/// <summary>Names that interfaces have by which a machine reaches its network, and tunnels have not.</summary>
internal static class PhysicalNames
{
    /// <summary>
    /// Beginnings of names that the kernel and systemd give to network cards (systemd.net-naming-scheme(7)), and that are
    /// usual for those of telephones and for what stands for a card: bonds, teams, bridges, VLANs, pairs of containers.
    /// </summary>
    private static readonly string[] Beginnings =
        ["eth", "en", "wl", "ww", "usb", "sl", "ib", "rmnet", "mlan", "bond", "team", "br-", "vmbr", "virbr", "vlan", "veth"];

    /// <summary>
    /// Those that need a number behind them, or they would be beginnings of other words too: biosdevname's <c>em1</c> and
    /// <c>p1p1</c>, old drivers' <c>ra0</c> and <c>ath0</c>, routers' <c>lan1</c> and <c>wan0</c>.
    /// </summary>
    private static readonly string[] Numbered = ["em", "p", "ra", "ath", "br", "lan", "wan"];

    private static readonly string[] Whole = ["lo", "br", "lan", "wan"];

    private static readonly ImmutableArray<InterfacePattern> All =
    [
        .. Beginnings.Select(stem => new InterfacePattern(stem, IsPrefix: true)),
        .. Numbered.SelectMany(_ => Enumerable.Range(0, 10), (stem, digit) =>
            new InterfacePattern(stem + digit.ToString(CultureInfo.InvariantCulture), IsPrefix: true)),
        .. Whole.Select(name => new InterfacePattern(name, IsPrefix: false)),
    ];

    /// <summary>Whether one of them is meant by a pattern.</summary>
    public static bool AreIn(InterfacePattern pattern) => All.Any(pattern.Overlaps);
}
