// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Commands;

/// <summary>The options of <c>prove</c>.</summary>
/// <param name="Config">A configuration file or folder; null: the default folders.</param>
/// <param name="Rulesets">Listings to read instead of the kernel's rules; empty: those of this namespace.</param>
/// <param name="Json">Where the JSON goes; <c>-</c>: standard output; null: nowhere.</param>
/// <param name="Packet">One packet to be traced instead of a proof; null: a proof.</param>
/// <param name="IsCrossChecked">Whether z3 is asked for a second opinion.</param>
internal sealed record ProveOptions(
    string? Config, IReadOnlyList<string> Rulesets, string? Json, string? Packet, bool IsCrossChecked);
