// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Diagram;

/// <summary>The diagram outgrew its budget: the answer is "inconclusive", never a guess.</summary>
internal sealed class NodeBudgetException(int budget)
    : Exception($"the decision diagram needs more than its budget of {budget} nodes")
{
    /// <summary>The number of nodes that were allowed.</summary>
    public int Budget { get; } = budget;
}
