// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Explaining;

/// <summary>One step of a packet's way.</summary>
/// <param name="Chain">The base chain and its hook.</param>
/// <param name="Rule">The rule's name, or "policy".</param>
/// <param name="Text">What the rule says.</param>
/// <param name="Effect">What it did: accept, drop, jump, mark …</param>
public sealed record TraceEntry(string Chain, string Rule, string Text, string Effect);
