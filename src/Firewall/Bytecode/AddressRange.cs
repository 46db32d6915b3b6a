// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>Addresses from one to another.</summary>
/// <param name="First">The first.</param>
/// <param name="Behind">The first that is no more in it.</param>
internal sealed record AddressRange(byte[] First, byte[] Behind) : IComparable<AddressRange>
{
    /// <summary>An address, a network, or two addresses with a dash between them.</summary>
    public static AddressRange Parse(DataType type, string word)
    {
        if (word.Split('-') is [var from, var to])
        {
            var range = new AddressRange(type.Parse(from), Next(type.Parse(to)));
            return range.First.AsSpan().SequenceCompareTo(range.Behind) < 0 ? range : throw new UnknownWordException(word);
        }

        if (!word.Contains('/'))
        {
            return new AddressRange(type.Parse(word), Next(type.Parse(word)));
        }

        if (!IPNetwork.TryParse(word, out var network))
        {
            throw new UnknownWordException(word);
        }

        var first = network.BaseAddress.GetAddressBytes();
        var mask = MaskOf(network.PrefixLength, first.Length);
        byte[] last = [.. first.Zip(mask, (address, bits) => (byte)(address | ~bits))];
        return new AddressRange(first, Next(last));
    }

    /// <summary>The mask of a network.</summary>
    /// <param name="prefix">Its bits.</param>
    /// <param name="length">Bytes of an address.</param>
    public static byte[] MaskOf(int prefix, int length)
    {
        return [.. Enumerable.Range(0, length).Select(index => (byte)(0xff00 >> Math.Clamp(prefix - (index * 8), 0, 8)))];
    }

    /// <summary>Whether there is an address between the other and this one.</summary>
    public bool IsBehind(AddressRange? other)
    {
        return other is null
            ? First.Any(part => part != 0)
            : other.Behind.AsSpan().SequenceCompareTo(First) < 0;
    }

    /// <inheritdoc/>
    public int CompareTo(AddressRange? other) => other is null ? 1 : First.AsSpan().SequenceCompareTo(other.First);

    private static byte[] Next(byte[] address)
    {
        byte[] next = [.. address];
        var index = next.Length - 1;
        while (index >= 0 && ++next[index] == 0)
        {
            index--;
        }

        return index >= 0 ? next : throw new UnknownWordException("the last address");
    }
}
