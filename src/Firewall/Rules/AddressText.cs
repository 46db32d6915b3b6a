// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Firewall.Rules;

/// <summary>Spells addresses as nft does: IPv6 by RFC 5952, section 4.</summary>
public static class AddressText
{
    private const int GroupCount = 8;

    /// <summary>The address as a rule has it.</summary>
    /// <remarks>
    /// <see cref="IPAddress.ToString()"/> ends ISATAP addresses (RFC 5214) in the dotted form, which nft does not read.
    /// </remarks>
    public static string Of(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        var groups = new ushort[GroupCount];
        for (var index = 0; index < GroupCount; index++)
        {
            groups[index] = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2 * index));
        }

        var (start, length) = LongestZeros(groups);
        return length < 2 ? Join(groups) : $"{Join(groups[..start])}::{Join(groups[(start + length)..])}";
    }

    private static string Join(ushort[] groups)
    {
        return string.Join(':', groups.Select(group => group.ToString("x", CultureInfo.InvariantCulture)));
    }

    /// <summary>The first of the longest runs of zeros.</summary>
    private static (int Start, int Length) LongestZeros(ushort[] groups)
    {
        var longest = (Start: 0, Length: 0);
        for (var start = 0; start < GroupCount; start++)
        {
            var end = start;
            while (end < GroupCount && groups[end] == 0)
            {
                end++;
            }

            if (end - start > longest.Length)
            {
                longest = (start, end - start);
            }
        }

        return longest;
    }
}
