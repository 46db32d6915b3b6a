// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LeakVerifier.Harness.Traffic.Dns;

/// <summary>Writes the queries of the probes (RFC 1035, section 4).</summary>
public static class DnsQuery
{
    /// <summary>Upper bound of a query written here: header, name, type and class.</summary>
    public const int MaximumLength = DnsMessage.HeaderLength + DnsMessage.MaximumNameLength + 4;

    /// <summary>Flag RD: recursion desired.</summary>
    private const ushort RecursionDesired = 0x0100;

    /// <summary>
    /// Writes a query for an address of <c>NONCE.NUMBER.example</c> (RFC 2606): of type A when the number is even, AAAA
    /// when it is odd, like a host that asks for both.
    /// </summary>
    /// <param name="buffer">At least <see cref="MaximumLength"/> bytes.</param>
    /// <param name="nonce">The first label.</param>
    /// <param name="number">The second label; its low 16 bits are the message's identifier.</param>
    /// <returns>The bytes written.</returns>
    public static int Write(Span<byte> buffer, string nonce, long number)
    {
        buffer[..DnsMessage.HeaderLength].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)number);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[4..], 1);
        var at = DnsMessage.HeaderLength;
        at += WriteLabel(buffer[at..], nonce);
        at += WriteLabel(buffer[at..], number.ToString(CultureInfo.InvariantCulture));
        at += WriteLabel(buffer[at..], "example");
        buffer[at++] = 0;
        var type = number % 2 == 0 ? DnsMessage.TypeA : DnsMessage.TypeAaaa;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[at..], type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 2)..], DnsMessage.ClassInternet);
        return at + 4;
    }

    private static int WriteLabel(Span<byte> buffer, string label)
    {
        var length = Encoding.ASCII.GetBytes(label, buffer[1..]);
        buffer[0] = checked((byte)length);
        return length + 1;
    }
}
