// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Diagram;

/// <summary>Results of earlier operations. Direct-mapped and lossy: a lost entry costs time, never correctness.</summary>
internal sealed class OperationCache
{
    private const int MaximumBits = 21;

    // Measured: growing earlier, and from less, takes more time for memory than it saves in the diagram.
    private const int StoresOfAnEntry = 8;
    private Entry[] _entries = new Entry[1 << 14];
    private int _stores;

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        Array.Clear(_entries);
        _stores = 0;
    }

    /// <summary>Looks an operation up.</summary>
    public bool TryGet(int operation, int a, int b, int c, out int result)
    {
        ref var entry = ref _entries[Slot(operation, a, b, c)];
        result = entry.Result;
        return entry.Operation == operation && entry.A == a && entry.B == b && entry.C == c;
    }

    /// <summary>Remembers an operation. <paramref name="operation"/> is never 0, which marks a free entry.</summary>
    public void Store(int operation, int a, int b, int c, int result)
    {
        if (++_stores > StoresOfAnEntry * _entries.Length && _entries.Length < 1 << MaximumBits)
        {
            Grow();
        }
        _entries[Slot(operation, a, b, c)] = new Entry(operation, a, b, c, result);
    }

    private void Grow()
    {
        var old = _entries;
        _entries = new Entry[old.Length * 2];
        foreach (var entry in old)
        {
            if (entry.Operation != 0)
            {
                _entries[Slot(entry.Operation, entry.A, entry.B, entry.C)] = entry;
            }
        }
    }

    private int Slot(int operation, int a, int b, int c)
    {
        var hash = ((uint)operation * 0x27D4EB2Fu) ^ ((uint)a * 0x9E3779B1u) ^ ((uint)b * 0x85EBCA6Bu)
            ^ ((uint)c * 0xC2B2AE35u);
        hash ^= hash >> 16;
        return (int)(hash & (uint)(_entries.Length - 1));
    }

    private readonly record struct Entry(int Operation, int A, int B, int C, int Result);
}
