// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Prover.Model;

/// <summary>The numbers from <paramref name="Low"/> to <paramref name="High"/>, both included.</summary>
public readonly record struct ValueRange(UInt128 Low, UInt128 High)
{
    /// <summary>The greatest number of <paramref name="width"/> bits (1 to 128; 0 gives 0).</summary>
    public static UInt128 MaximumOf(int width) => width == 128 ? UInt128.MaxValue : (UInt128.One << width) - 1;

    /// <summary>One number.</summary>
    public static ValueRange Exactly(UInt128 value) => new(value, value);

    /// <summary>The numbers that begin with a prefix of <paramref name="length"/> bits.</summary>
    public static ValueRange Prefix(UInt128 value, int length, int width)
    {
        var tail = MaximumOf(width - length);
        return new ValueRange(value & ~tail, value | tail);
    }

    /// <summary>The same numbers as sorted, disjoint ranges that do not touch.</summary>
    public static ImmutableArray<ValueRange> Normalise(IEnumerable<ValueRange> ranges)
    {
        // Nearly every rule compares with one number: nothing is to be sorted.
        if (ranges is IReadOnlyList<ValueRange> { Count: 1 } one && one[0].Low <= one[0].High)
        {
            return [one[0]];
        }
        var result = ImmutableArray.CreateBuilder<ValueRange>();
        foreach (var range in ranges.Where(r => r.Low <= r.High).OrderBy(r => r.Low))
        {
            if (result.Count > 0 && (result[^1].High == UInt128.MaxValue || range.Low <= result[^1].High + 1))
            {
                result[^1] = result[^1] with { High = UInt128.Max(result[^1].High, range.High) };
            }
            else
            {
                result.Add(range);
            }
        }
        return result.ToImmutable();
    }

    /// <summary>The numbers of <paramref name="width"/> bits in none of the sorted, disjoint ranges.</summary>
    public static ImmutableArray<ValueRange> Complement(ImmutableArray<ValueRange> ranges, int width)
    {
        var result = ImmutableArray.CreateBuilder<ValueRange>();
        var next = UInt128.Zero;
        var maximum = MaximumOf(width);
        foreach (var range in ranges)
        {
            if (range.Low > next)
            {
                result.Add(new ValueRange(next, range.Low - 1));
            }
            if (range.High >= maximum)
            {
                return result.ToImmutable();
            }
            next = range.High + 1;
        }
        result.Add(new ValueRange(next, maximum));
        return result.ToImmutable();
    }

    /// <summary>Whether one of the ranges has the value.</summary>
    public static bool Contains(ImmutableArray<ValueRange> ranges, UInt128 value)
    {
        return ranges.Any(range => range.Low <= value && value <= range.High);
    }
}
