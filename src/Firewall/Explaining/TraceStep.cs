// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Explaining;

/// <summary>A rule that the packet met and that said something of it.</summary>
/// <param name="Table">The table's family and name.</param>
/// <param name="Chain">The chain.</param>
/// <param name="Number">The rule's place in it, from 1.</param>
/// <param name="Rule">The rule as nft spells it.</param>
/// <param name="Verdict">What it says: <c>accept</c>, <c>drop</c>, <c>reject</c>, <c>return</c> or <c>jump</c>.</param>
internal sealed record TraceStep(string Table, string Chain, int Number, string Rule, string Verdict);
