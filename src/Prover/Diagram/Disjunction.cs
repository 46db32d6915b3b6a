// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Prover.Diagram;

/// <summary>
/// The disjunction of many functions at once, variable by variable, as long as that only deals them out: of prefixes of
/// addresses, say, each goes to one side, and every node that is made belongs to the result. Taken two by two, most of what is
/// made on the way is thrown away. Functions that go to both sides would be dealt out again and again: they are taken so.
/// </summary>
internal sealed class Disjunction
{
    private readonly DecisionDiagram _diagram;
    private readonly List<int> _stack;
    private int _spare;

    private Disjunction(DecisionDiagram diagram, int count)
    {
        _diagram = diagram;
        _stack = new List<int>(2 * count);
        _spare = count;
    }

    /// <summary>The disjunction.</summary>
    public static int Of(DecisionDiagram diagram, ReadOnlySpan<int> functions)
    {
        var disjunction = new Disjunction(diagram, functions.Length);
        foreach (var function in functions)
        {
            disjunction.Add(function);
        }
        return disjunction.Take(disjunction._stack.Count);
    }

    /// <summary>Takes functions from the stack's top.</summary>
    private int Take(int count)
    {
        var first = _stack.Count - count;
        var result = count switch
        {
            0 => _diagram.False,
            1 => _stack[first],
            2 => _diagram.Or(_stack[first], _stack[first + 1]),
            _ => Combined(first, count),
        };
        CollectionsMarshal.SetCount(_stack, first);
        return result;
    }

    private int Combined(int first, int count)
    {
        var level = int.MaxValue;
        for (var i = first; i < first + count; i++)
        {
            if (_stack[i] == _diagram.True)
            {
                return _diagram.True;
            }
            level = Math.Min(level, _diagram.Level(_stack[i]));
        }

        var asking = PutFirst(first, count, level);
        var inBoth = 0;
        for (var i = first; i < first + asking; i++)
        {
            inBoth += _diagram.Branch(_stack[i], false) != _diagram.False && _diagram.Branch(_stack[i], true) != _diagram.False ? 1 : 0;
        }
        if (inBoth > _spare)
        {
            return IGates.TwoByTwo(_diagram, CollectionsMarshal.AsSpan(_stack).Slice(first, count));
        }
        _spare -= inBoth;

        // What does not ask this variable goes to both sides: as one.
        var others = CollectionsMarshal.AsSpan(_stack).Slice(first + asking, count - asking);
        _stack.AddRange(others);
        var rest = Take(others.Length);
        return rest == _diagram.True ? rest
            : _diagram.Make(level, Side(first, asking, rest, false), Side(first, asking, rest, true));
    }

    /// <summary>Puts those that ask a variable first.</summary>
    private int PutFirst(int first, int count, int level)
    {
        var asking = 0;
        for (var i = first; i < first + count; i++)
        {
            if (_diagram.Level(_stack[i]) == level)
            {
                (_stack[first + asking], _stack[i]) = (_stack[i], _stack[first + asking]);
                asking++;
            }
        }
        return asking;
    }

    private int Side(int first, int count, int rest, bool value)
    {
        var start = _stack.Count;
        for (var i = first; i < first + count; i++)
        {
            Add(_diagram.Branch(_stack[i], value));
        }
        Add(rest);
        return Take(_stack.Count - start);
    }

    private void Add(int function)
    {
        if (function != _diagram.False)
        {
            _stack.Add(function);
        }
    }
}
