// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Diagram;

namespace LeakVerifier.Prover.Probing;

/// <summary>Functions of nothing: what is written against gates is evaluated for one packet.</summary>
internal sealed class ConstantGates : IGates
{
    /// <inheritdoc/>
    public int False => 0;

    /// <inheritdoc/>
    public int True => 1;

    /// <inheritdoc/>
    public int Variable(int level) => 0;

    /// <inheritdoc/>
    public int And(int left, int right) => left & right;

    /// <inheritdoc/>
    public int Or(int left, int right) => left | right;

    /// <inheritdoc/>
    public int Difference(int left, int right) => left & ~right;

    /// <inheritdoc/>
    public int Not(int operand) => 1 - operand;

    /// <inheritdoc/>
    public int Ite(int condition, int then, int otherwise) => condition == 1 ? then : otherwise;

    /// <inheritdoc/>
    public bool IsFalse(int function) => function == 0;
}
