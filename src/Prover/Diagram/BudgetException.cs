// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Diagram;

/// <summary>A proof outgrew a budget: the answer is "inconclusive", never a guess.</summary>
internal sealed class BudgetException(string message) : Exception(message);
