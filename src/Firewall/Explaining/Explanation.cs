// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Explaining;

/// <summary>What becomes of a packet.</summary>
/// <param name="Packet">The packet.</param>
/// <param name="Steps">The rules that said something of it, in order; the last one decides.</param>
/// <param name="NotUnderstood">What keeps the answer from being certain; null: nothing does.</param>
internal sealed record Explanation(ExplainedPacket Packet, ImmutableArray<TraceStep> Steps, string? NotUnderstood)
{
    /// <summary>The rule that decides.</summary>
    public TraceStep? Decisive => NotUnderstood is null && !Steps.IsEmpty ? Steps[^1] : null;

    /// <summary><c>accept</c>, <c>drop</c>, <c>reject</c>, or <c>unknown</c>.</summary>
    public string Verdict => Decisive?.Verdict ?? "unknown";

    /// <summary>
    /// Why, in a sentence. A refusal at the end of a chain says only that no rule accepted; a rule that gave the packet
    /// back before says more.
    /// </summary>
    public string Why
    {
        get
        {
            var reason = Verdict is "drop" or "reject" && RulePurpose.IsFinal(Decisive!.Rule)
                ? Steps.LastOrDefault(step => step.Verdict == "return") ?? Decisive
                : Decisive;
            return reason is null ? NotUnderstood ?? "no rule says anything of it" : RulePurpose.Of(reason.Chain, reason.Rule);
        }
    }
}
