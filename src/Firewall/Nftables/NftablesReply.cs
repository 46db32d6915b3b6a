// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Nftables;

/// <summary>What nft answered.</summary>
/// <param name="IsDone">Whether the commands took effect.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">Why not, in nft's words; empty when done.</param>
public sealed record NftablesReply(bool IsDone, string Output, string Error);
