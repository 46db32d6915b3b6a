// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>The disjunction of many functions is that of one after the other, and makes less on the way.</summary>
public sealed class DisjunctionTests
{
    private const int Budget = 1_000_000;
    private const int Bits = 16;

    private readonly DecisionDiagram _diagram = new(Budget);

    [Test]
    public void Of_none_is_false_and_of_one_is_that_one()
    {
        _diagram.AnyOf([]).Should().Be(_diagram.False);
        _diagram.AnyOf([_diagram.Variable(3)]).Should().Be(_diagram.Variable(3));
    }

    [Test]
    public void It_is_that_of_one_after_the_other()
    {
        for (var seed = 1; seed <= 500; seed++)
        {
            var random = new Random(seed);
            int[] functions = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => Some(random, depth: random.Next(5)))];

            _diagram.AnyOf(functions).Should().Be(functions.Aggregate(_diagram.Or), "of seed {0}", seed);
        }
    }

    [Test]
    public void It_is_so_for_ranges_that_cut_each_other()
    {
        var random = new Random(1);
        int[] functions = [.. Enumerable.Range(0, 300).Select(_ => _diagram.And(Range(random, 0), Range(random, Bits)))];

        _diagram.AnyOf(functions).Should().Be(functions.Aggregate(_diagram.Or));
    }

    [Test]
    public void Of_prefixes_it_makes_no_more_nodes_than_the_result_has()
    {
        var random = new Random(1);
        int[] prefixes = [.. Enumerable.Range(0, 500).Select(_ => Prefix(random.Next(1 << Bits), random.Next(4, Bits)))];
        var before = _diagram.NodeCount;

        var result = _diagram.AnyOf(prefixes);

        (_diagram.NodeCount - before).Should().BeLessThanOrEqualTo(Size(result));
    }

    private int Some(Random random, int depth)
    {
        if (depth == 0)
        {
            return _diagram.Variable(random.Next(12));
        }
        var (one, other) = (Some(random, depth - 1), Some(random, depth - 1));
        return random.Next(4) switch
        {
            0 => _diagram.And(one, other),
            1 => _diagram.Or(one, other),
            2 => _diagram.Difference(one, other),
            _ => _diagram.Not(one),
        };
    }

    private int Range(Random random, int firstLevel)
    {
        var low = random.Next(1 << Bits);
        return BitVectors.InRanges(
            _diagram, Variables(firstLevel), [new ValueRange((UInt128)low, (UInt128)Math.Min(low + random.Next(5_000), (1 << Bits) - 1))]);
    }

    private int Prefix(int value, int length)
    {
        return BitVectors.Equal(_diagram, Variables(0).AsSpan(0, length), (UInt128)(value >> (Bits - length)));
    }

    private int[] Variables(int firstLevel) => [.. Enumerable.Range(firstLevel, Bits).Select(_diagram.Variable)];

    private int Size(int function)
    {
        var seen = new HashSet<int>();
        var pending = new Stack<int>([function]);
        while (pending.TryPop(out var node))
        {
            if (node > 1 && seen.Add(node))
            {
                pending.Push(_diagram.Branch(node, false));
                pending.Push(_diagram.Branch(node, true));
            }
        }
        return seen.Count;
    }
}
