// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Diagram;

/// <summary>Exact set algebra over packets: reduced ordered binary decision diagrams. Not thread-safe.</summary>
/// <param name="budget">The most nodes before <see cref="BudgetException"/>.</param>
internal sealed class DecisionDiagram(int budget) : IGates
{
    private const int AndOperation = 1;
    private const int OrOperation = 2;
    private const int DifferenceOperation = 3;
    private const int NotOperation = 4;
    private const int IteOperation = 5;
    private const int FirstQuantifier = 6;

    private readonly NodeTable _nodes = new(budget);
    private readonly OperationCache _cache = new();
    private int _nextQuantifier = FirstQuantifier;

    /// <inheritdoc/>
    public int False => 0;

    /// <inheritdoc/>
    public int True => 1;

    /// <summary>How many nodes were made.</summary>
    public int NodeCount => _nodes.Count;

    /// <summary>Begins anew: functions made before have no meaning any more.</summary>
    public void Clear()
    {
        _nodes.Clear();
        _cache.Clear();
        _nextQuantifier = FirstQuantifier;
    }

    /// <inheritdoc/>
    public int Variable(int level) => _nodes.Make(level, 0, 1);

    /// <inheritdoc/>
    public bool IsFalse(int function) => function == 0;

    /// <summary>The variable that the function asks first; <see cref="NodeTable.TerminalLevel"/> for a constant.</summary>
    public int Level(int function) => _nodes.Level(function);

    /// <summary>The function where its first variable has a value.</summary>
    public int Branch(int function, bool value) => value ? _nodes.High(function) : _nodes.Low(function);

    /// <inheritdoc/>
    public int And(int left, int right)
    {
        if (left == right || right == 1)
        {
            return left;
        }
        if (left == 1)
        {
            return right;
        }
        if (left == 0 || right == 0)
        {
            return 0;
        }
        return left < right ? Apply(AndOperation, left, right) : Apply(AndOperation, right, left);
    }

    /// <inheritdoc/>
    public int Or(int left, int right)
    {
        if (left == right || right == 0)
        {
            return left;
        }
        if (left == 0)
        {
            return right;
        }
        if (left == 1 || right == 1)
        {
            return 1;
        }
        return left < right ? Apply(OrOperation, left, right) : Apply(OrOperation, right, left);
    }

    /// <inheritdoc/>
    public int AnyOf(ReadOnlySpan<int> functions) => Disjunction.Of(this, functions);

    /// <inheritdoc/>
    public int Difference(int left, int right)
    {
        if (left == 0 || right == 1 || left == right)
        {
            return 0;
        }
        if (right == 0)
        {
            return left;
        }
        return left == 1 ? Not(right) : Apply(DifferenceOperation, left, right);
    }

    /// <inheritdoc/>
    public int Not(int operand)
    {
        if (operand < 2)
        {
            return 1 - operand;
        }
        if (_cache.TryGet(NotOperation, operand, 0, 0, out var result))
        {
            return result;
        }
        result = _nodes.Make(_nodes.Level(operand), Not(_nodes.Low(operand)), Not(_nodes.High(operand)));
        _cache.Store(NotOperation, operand, 0, 0, result);
        return result;
    }

    /// <inheritdoc/>
    public int Ite(int condition, int then, int otherwise)
    {
        if (condition < 2 || then == otherwise)
        {
            return condition == 0 ? otherwise : then;
        }
        if (then < 2 || otherwise < 2)
        {
            return IteWithConstant(condition, then, otherwise);
        }
        if (_cache.TryGet(IteOperation, condition, then, otherwise, out var result))
        {
            return result;
        }
        var level = Math.Min(_nodes.Level(condition), Math.Min(_nodes.Level(then), _nodes.Level(otherwise)));
        var low = Ite(Down(condition, level, false), Down(then, level, false), Down(otherwise, level, false));
        var high = Ite(Down(condition, level, true), Down(then, level, true), Down(otherwise, level, true));
        result = _nodes.Make(level, low, high);
        _cache.Store(IteOperation, condition, then, otherwise, result);
        return result;
    }

    /// <summary>The function of a variable that is before those of its branches.</summary>
    public int Make(int level, int low, int high) => _nodes.Make(level, low, high);

    /// <summary>The function for some value of every variable that <paramref name="isBound"/> names.</summary>
    public int Exists(int function, Func<int, bool> isBound)
    {
        return Quantify(function, isBound, _nextQuantifier++, Or);
    }

    /// <summary>The function for all values of every variable that <paramref name="isBound"/> names.</summary>
    public int ForAll(int function, Func<int, bool> isBound)
    {
        return Quantify(function, isBound, _nextQuantifier++, And);
    }

    /// <summary>The value of the function at a point.</summary>
    public bool Evaluate(int function, Func<int, bool> point)
    {
        while (function > 1)
        {
            function = Branch(function, point(_nodes.Level(function)));
        }
        return function == 1;
    }

    /// <summary>
    /// A point of a function that is not false: the levels that it decides, each with its value, preferring 0.
    /// </summary>
    public IReadOnlyDictionary<int, bool> AnyPoint(int function)
    {
        var point = new Dictionary<int, bool>();
        while (function > 1)
        {
            var value = _nodes.Low(function) == 0;
            point[_nodes.Level(function)] = value;
            function = Branch(function, value);
        }
        return point;
    }

    /// <summary>The variables on which a function depends.</summary>
    public IReadOnlySet<int> Support(int function)
    {
        var levels = new SortedSet<int>();
        var seen = new HashSet<int>();
        var pending = new Stack<int>();
        pending.Push(function);
        while (pending.TryPop(out var node))
        {
            if (node > 1 && seen.Add(node))
            {
                levels.Add(_nodes.Level(node));
                pending.Push(_nodes.Low(node));
                pending.Push(_nodes.High(node));
            }
        }
        return levels;
    }

    private int IteWithConstant(int condition, int then, int otherwise)
    {
        return (then, otherwise) switch
        {
            (1, 0) => condition,
            (0, 1) => Not(condition),
            (1, _) => Or(condition, otherwise),
            (0, _) => Difference(otherwise, condition),
            (_, 0) => And(condition, then),
            _ => Or(Not(condition), then),
        };
    }

    private int Apply(int operation, int left, int right)
    {
        if (_cache.TryGet(operation, left, right, 0, out var result))
        {
            return result;
        }
        var level = Math.Min(_nodes.Level(left), _nodes.Level(right));
        var low = Combine(operation, Down(left, level, false), Down(right, level, false));
        var high = Combine(operation, Down(left, level, true), Down(right, level, true));
        result = _nodes.Make(level, low, high);
        _cache.Store(operation, left, right, 0, result);
        return result;
    }

    private int Combine(int operation, int left, int right)
    {
        return operation switch
        {
            AndOperation => And(left, right),
            OrOperation => Or(left, right),
            _ => Difference(left, right),
        };
    }

    private int Quantify(int function, Func<int, bool> isBound, int operation, Func<int, int, int> combine)
    {
        if (function < 2)
        {
            return function;
        }
        if (_cache.TryGet(operation, function, 0, 0, out var result))
        {
            return result;
        }
        var low = Quantify(_nodes.Low(function), isBound, operation, combine);
        var high = Quantify(_nodes.High(function), isBound, operation, combine);
        var level = _nodes.Level(function);
        result = isBound(level) ? combine(low, high) : _nodes.Make(level, low, high);
        _cache.Store(operation, function, 0, 0, result);
        return result;
    }

    private int Down(int function, int level, bool value)
    {
        return _nodes.Level(function) == level ? Branch(function, value) : function;
    }
}
