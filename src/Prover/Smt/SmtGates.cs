// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using LeakVerifier.Prover.Diagram;

namespace LeakVerifier.Prover.Smt;

/// <summary>
/// The same functions as SMT-LIB 2.6 text: one constant and one equation a gate, no reasoning of its own. What z3 says of
/// it rests on none of the diagram's code. (As definitions, which z3 expands, the same questions took minutes.)
/// </summary>
internal sealed class SmtGates : IGates
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<(int Condition, int Then, int Otherwise), int> _gates = [];
    private readonly Dictionary<int, int> _variables = [];
    private int _count = 2;

    /// <inheritdoc/>
    public int False => 0;

    /// <inheritdoc/>
    public int True => 1;

    /// <inheritdoc/>
    public int Variable(int level)
    {
        if (!_variables.TryGetValue(level, out var function))
        {
            function = _count++;
            _variables.Add(level, function);
            _text.Append(CultureInfo.InvariantCulture, $"(declare-const g{function} Bool)\n");
        }
        return function;
    }

    /// <inheritdoc/>
    public int And(int left, int right) => Ite(left, right, False);

    /// <inheritdoc/>
    public int Or(int left, int right) => Ite(left, True, right);

    /// <inheritdoc/>
    public int Difference(int left, int right) => Ite(right, False, left);

    /// <inheritdoc/>
    public int Not(int operand) => Ite(operand, False, True);

    /// <inheritdoc/>
    public int Ite(int condition, int then, int otherwise)
    {
        if (condition < 2 || then == otherwise)
        {
            return condition == False ? otherwise : then;
        }
        if (then == True && otherwise == False)
        {
            return condition;
        }
        var gate = (condition, then, otherwise);
        if (!_gates.TryGetValue(gate, out var function))
        {
            function = _count++;
            _gates.Add(gate, function);
            _text.Append(CultureInfo.InvariantCulture,
                $"(declare-const g{function} Bool)\n"
                + $"(assert (= g{function} (ite {Name(condition)} {Name(then)} {Name(otherwise)})))\n");
        }
        return function;
    }

    /// <inheritdoc/>
    public bool IsFalse(int function) => function == False;

    /// <summary>The question whether a function is true for some point.</summary>
    public string Question(int function)
    {
        return $"(set-logic QF_UF)\n{_text}(assert {Name(function)})\n(check-sat)\n";
    }

    private static string Name(int function)
    {
        return function switch
        {
            0 => "false",
            1 => "true",
            _ => string.Create(CultureInfo.InvariantCulture, $"g{function}"),
        };
    }
}
