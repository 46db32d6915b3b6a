// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Nftables;

/// <summary>The firewall's table as the kernel has it.</summary>
/// <param name="Text">The listing; null when there is no table, or it could not be read.</param>
/// <param name="Error">Why it could not be read, in nft's words; null when it could, or when there is none.</param>
public sealed record TableListing(string? Text, string? Error);
