// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Reading;

/// <summary>What the expressions of a rule mean depends on where it is.</summary>
/// <param name="IsFamilySure">Whether nft is known to check the IP version where the listing does not say.</param>
/// <param name="HasLinkHeader">Whether the table's packets are frames: elsewhere a read of their header ends the rule.</param>
/// <param name="CgroupLevel">The level of the control groups that the rule asks for, which JSON omits; null: unknown.</param>
internal sealed record NftContext(bool IsFamilySure, bool HasLinkHeader, int? CgroupLevel);
