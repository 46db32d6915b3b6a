// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Diagram;

/// <summary>Arithmetic on vectors of functions, most significant bit first.</summary>
internal static class BitVectors
{
    /// <summary>A constant of <paramref name="width"/> bits.</summary>
    public static int[] Constant(IGates gates, UInt128 value, int width)
    {
        var bits = new int[width];
        for (var i = 0; i < width; i++)
        {
            bits[i] = Bit(value, width, i) ? gates.True : gates.False;
        }
        return bits;
    }

    /// <summary>Whether the vector has a value.</summary>
    public static int Equal(IGates gates, ReadOnlySpan<int> bits, UInt128 value)
    {
        // From the last bit up: with untouched variables each step makes one node.
        var result = gates.True;
        for (var i = bits.Length - 1; i >= 0; i--)
        {
            result = Bit(value, bits.Length, i)
                ? gates.Ite(bits[i], result, gates.False)
                : gates.Ite(bits[i], gates.False, result);
        }
        return result;
    }

    /// <summary>Whether two vectors are equal.</summary>
    public static int Equal(IGates gates, ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        var result = gates.True;
        for (var i = left.Length - 1; i >= 0; i--)
        {
            result = gates.And(result, gates.Ite(left[i], right[i], gates.Not(right[i])));
        }
        return result;
    }

    /// <summary>Whether the vector's value is in a set of sorted, disjoint ranges.</summary>
    public static int InRanges(IGates gates, ReadOnlySpan<int> bits, ReadOnlySpan<ValueRange> ranges)
    {
        return Contains(gates, bits, UInt128.Zero, ranges);
    }

    /// <summary>Bit by bit: <paramref name="then"/> where the condition holds.</summary>
    public static int[] Select(IGates gates, int condition, int[] then, int[] otherwise)
    {
        var bits = new int[otherwise.Length];
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = gates.Ite(condition, then[i], otherwise[i]);
        }
        return bits;
    }

    /// <summary>The vector's value less one; 0 gives the greatest.</summary>
    public static int[] Decremented(IGates gates, ReadOnlySpan<int> bits)
    {
        var result = bits.ToArray();
        var borrows = gates.True;
        for (var i = result.Length - 1; i >= 0; i--)
        {
            result[i] = gates.Ite(borrows, gates.Not(bits[i]), bits[i]);
            borrows = gates.Difference(borrows, bits[i]);
        }
        return result;
    }

    /// <summary>The vector with every bit outside the mask cleared.</summary>
    public static int[] Masked(IGates gates, ReadOnlySpan<int> bits, UInt128 mask)
    {
        var result = bits.ToArray();
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Bit(mask, result.Length, i) ? result[i] : gates.False;
        }
        return result;
    }

    /// <summary>Bit <paramref name="index"/> of a number of <paramref name="width"/> bits, the highest bit being 0.</summary>
    public static bool Bit(UInt128 value, int width, int index) => ((value >> (width - 1 - index)) & 1) == 1;

    private static int Contains(IGates gates, ReadOnlySpan<int> bits, UInt128 floor, ReadOnlySpan<ValueRange> ranges)
    {
        if (ranges.IsEmpty)
        {
            return gates.False;
        }
        var ceiling = floor + ValueRange.MaximumOf(bits.Length);
        if (ranges.Length == 1 && ranges[0].Low <= floor && ranges[0].High >= ceiling)
        {
            return gates.True;
        }
        var middle = floor + (UInt128.One << (bits.Length - 1));
        var split = 0;
        while (split < ranges.Length && ranges[split].High < middle)
        {
            split++;
        }
        var lowEnd = split < ranges.Length && ranges[split].Low < middle ? split + 1 : split;
        var low = Contains(gates, bits[1..], floor, ranges[..lowEnd]);
        var high = Contains(gates, bits[1..], middle, ranges[split..]);
        return gates.Ite(bits[0], high, low);
    }
}
