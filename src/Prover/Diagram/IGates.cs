// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Diagram;

/// <summary>
/// A space of Boolean functions, named by integers. The path model is written against it once and read by two engines
/// that share nothing else: the decision diagram, and the SMT-LIB text for z3.
/// </summary>
internal interface IGates
{
    /// <summary>The function that is never true.</summary>
    int False { get; }

    /// <summary>The function that is always true.</summary>
    int True { get; }

    /// <summary>The variable of a level: 0 is decided first.</summary>
    int Variable(int level);

    /// <summary>Conjunction.</summary>
    int And(int left, int right);

    /// <summary>Disjunction.</summary>
    int Or(int left, int right);

    /// <summary>Disjunction of many functions.</summary>
    int AnyOf(ReadOnlySpan<int> functions) => TwoByTwo(this, functions);

    /// <summary>Disjunction of many functions, balanced: what is between stays small when there are many.</summary>
    static int TwoByTwo(IGates gates, ReadOnlySpan<int> functions)
    {
        return functions switch
        {
            [] => gates.False,
            [var one] => one,
            _ => gates.Or(
                TwoByTwo(gates, functions[..(functions.Length / 2)]), TwoByTwo(gates, functions[(functions.Length / 2)..])),
        };
    }

    /// <summary>What is in <paramref name="left"/> and not in <paramref name="right"/>.</summary>
    int Difference(int left, int right);

    /// <summary>Complement.</summary>
    int Not(int operand);

    /// <summary><paramref name="then"/> where <paramref name="condition"/> holds, else <paramref name="otherwise"/>.</summary>
    int Ite(int condition, int then, int otherwise);

    /// <summary>Whether the function is known to be never true. An engine that cannot tell says no.</summary>
    bool IsFalse(int function);
}
