// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Harness.Capture;

/// <summary>A 48-bit Ethernet address.</summary>
/// <param name="Value">The address as a number, the first octet on the wire highest.</param>
public readonly record struct MacAddress(ulong Value)
{
    /// <summary>Octets of an address.</summary>
    public const int Length = 6;

    /// <summary>All stations of the link.</summary>
    public static MacAddress Broadcast { get; } = new(0xffff_ffff_ffff);

    /// <summary>Whether it is a group address: the lowest bit of the first octet (IEEE 802, clause 8.2).</summary>
    public bool IsGroup => (Value >> 40 & 1) != 0;

    /// <summary>Reads the first six octets.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public static MacAddress Read(ReadOnlySpan<byte> octets)
    {
        ulong value = 0;
        foreach (var octet in octets[..Length])
        {
            value = value << 8 | octet;
        }

        return new MacAddress(value);
    }

    /// <summary>Reads six pairs of hexadecimal digits, separated by colons.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static MacAddress Parse(string text)
    {
        return Read(Convert.FromHexString(text.Replace(":", "", StringComparison.Ordinal)));
    }

    /// <summary>Six pairs of hexadecimal digits, separated by colons.</summary>
    public override string ToString()
    {
        var digits = Value.ToString("x12", CultureInfo.InvariantCulture);
        return string.Join(':', Enumerable.Range(0, Length).Select(index => digits.Substring(index * 2, 2)));
    }
}
