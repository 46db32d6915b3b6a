// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Explaining;

/// <summary>What a rule says of a packet.</summary>
/// <param name="Matches">Whether the packet is one that it means.</param>
/// <param name="Verdict"><c>accept</c>, <c>drop</c>, <c>reject</c>, <c>return</c>, <c>jump</c>, or empty: it goes on.</param>
/// <param name="Target">Where a jump leads; otherwise empty.</param>
internal sealed record RuleOutcome(bool Matches, string Verdict, string Target);
