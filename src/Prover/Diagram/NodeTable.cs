// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Diagram;

/// <summary>
/// The nodes of a reduced ordered binary decision diagram (Bryant, 1986), hash-consed: equal functions have equal
/// numbers. Arrays of integers keep a node at 16 bytes and away from the garbage collector.
/// </summary>
internal sealed class NodeTable
{
    /// <summary>The level of the two constants: below every variable.</summary>
    public const int TerminalLevel = int.MaxValue;

    private readonly int _budget;
    private int[] _level;
    private int[] _low;
    private int[] _high;
    private int[] _next;
    private int[] _buckets;
    private int _count;

    /// <summary>Makes a table with the constants 0 (false) and 1 (true).</summary>
    /// <param name="budget">The most nodes that may be made.</param>
    public NodeTable(int budget)
    {
        _budget = budget;
        // Enough for a usual ruleset. Memory that is not written yet costs nothing, while growing costs twice what there was.
        var capacity = 1 << 15;
        _level = GC.AllocateUninitializedArray<int>(capacity);
        _low = GC.AllocateUninitializedArray<int>(capacity);
        _high = GC.AllocateUninitializedArray<int>(capacity);
        _next = GC.AllocateUninitializedArray<int>(capacity);
        _buckets = NewBuckets(capacity);
        _level[0] = TerminalLevel;
        _level[1] = TerminalLevel;
        _count = 2;
    }

    /// <summary>How many nodes there are.</summary>
    public int Count => _count;

    /// <summary>Forgets every node but the constants. The memory stays: taking new memory costs more than the work in it.</summary>
    public void Clear()
    {
        Array.Fill(_buckets, -1);
        _count = 2;
    }

    /// <summary>The variable that a node asks.</summary>
    public int Level(int node) => _level[node];

    /// <summary>The node's function where its variable is 0.</summary>
    public int Low(int node) => _low[node];

    /// <summary>The node's function where its variable is 1.</summary>
    public int High(int node) => _high[node];

    /// <summary>The node of "if the variable then high else low".</summary>
    /// <exception cref="BudgetException">The budget is used up.</exception>
    public int Make(int level, int low, int high)
    {
        if (low == high)
        {
            return low;
        }
        var hash = Hash(level, low, high);
        for (var node = _buckets[hash & (_buckets.Length - 1)]; node >= 0; node = _next[node])
        {
            if (_level[node] == level && _low[node] == low && _high[node] == high)
            {
                return node;
            }
        }
        return Append(level, low, high, hash);
    }

    private int Append(int level, int low, int high, int hash)
    {
        if (_count >= _budget)
        {
            throw new BudgetException($"the decision diagram needs more than its budget of {_budget} nodes");
        }
        if (_count == _level.Length)
        {
            Grow();
        }
        var node = _count++;
        _level[node] = level;
        _low[node] = low;
        _high[node] = high;
        ref var bucket = ref _buckets[hash & (_buckets.Length - 1)];
        _next[node] = bucket;
        bucket = node;
        return node;
    }

    private void Grow()
    {
        var capacity = _level.Length * 2;
        Array.Resize(ref _level, capacity);
        Array.Resize(ref _low, capacity);
        Array.Resize(ref _high, capacity);
        Array.Resize(ref _next, capacity);
        _buckets = NewBuckets(capacity);
        for (var node = 2; node < _count; node++)
        {
            ref var bucket = ref _buckets[Hash(_level[node], _low[node], _high[node]) & (_buckets.Length - 1)];
            _next[node] = bucket;
            bucket = node;
        }
    }

    private static int[] NewBuckets(int capacity)
    {
        var buckets = GC.AllocateUninitializedArray<int>(capacity);
        Array.Fill(buckets, -1);
        return buckets;
    }

    private static int Hash(int a, int b, int c)
    {
        var hash = ((uint)a * 0x9E3779B1u) ^ ((uint)b * 0x85EBCA6Bu) ^ ((uint)c * 0xC2B2AE35u);
        return (int)(hash ^ (hash >> 15));
    }
}
