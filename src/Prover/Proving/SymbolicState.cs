// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>The packet as rules changed it so far: each bit as a function of the packet that was sent.</summary>
internal sealed class SymbolicState
{
    private readonly IGates _gates;
    private readonly int[][] _bits;

    /// <summary>The packet as it was sent.</summary>
    public SymbolicState(PacketSpace space)
    {
        _gates = space.Gates;
        _bits = [.. Fields.All.Select(space.Bits)];
    }

    private SymbolicState(SymbolicState other)
    {
        _gates = other._gates;
        _bits = [.. other._bits];
    }

    /// <summary>The field's bits now.</summary>
    public int[] Bits(Field field) => _bits[(int)field];

    /// <summary>Replaces a field.</summary>
    public void Set(Field field, int[] bits)
    {
        _bits[(int)field] = bits;
    }

    /// <summary>Replaces a field where a condition holds.</summary>
    public void Assign(Field field, int condition, int[] bits)
    {
        _bits[(int)field] = BitVectors.Select(_gates, condition, bits, _bits[(int)field]);
    }

    /// <summary>Takes over another state where a condition holds.</summary>
    public void Merge(int condition, SymbolicState other)
    {
        for (var i = 0; i < _bits.Length; i++)
        {
            _bits[i] = ReferenceEquals(_bits[i], other._bits[i])
                ? _bits[i]
                : BitVectors.Select(_gates, condition, other._bits[i], _bits[i]);
        }
    }

    /// <summary>Takes over another state.</summary>
    public void Become(SymbolicState other)
    {
        other._bits.CopyTo(_bits, 0);
    }

    /// <summary>A copy that can be changed on its own.</summary>
    public SymbolicState Copy() => new(this);
}
