// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace LeakVerifier.Harness.Traffic.Dns;

/// <summary>Answers queries, and recognizes answers (RFC 1035, section 4).</summary>
public static class DnsResponse
{
    /// <summary>QR, RD and RA: a response without error of a server that recurses.</summary>
    private const ushort Flags = 0x8180;

    /// <summary>A pointer to the question's name, at offset 12 (RFC 1035, section 4.1.4).</summary>
    private const ushort QuestionName = 0xC00C;

    private const uint SecondsToLive = 1;

    /// <summary>The addresses that every name has here, of the prefixes for documentation (RFC 5737, RFC
    /// 3849).</summary>
    private static readonly byte[] V4 = IPAddress.Parse("192.0.2.80").GetAddressBytes();

    private static readonly byte[] V6 = IPAddress.Parse("2001:db8::80").GetAddressBytes();

    /// <summary>Answers a query.</summary>
    /// <param name="query">A message of any content.</param>
    /// <returns>A response with one A or AAAA record, or none for other types; null when it is no well-formed
    /// query.</returns>
    public static byte[]? TryAnswer(ReadOnlySpan<byte> query)
    {
        if (!DnsMessage.TryReadQuestion(query, out var end, out var type) || DnsMessage.IsResponse(query))
        {
            return null;
        }

        byte[] data = type switch
        {
            DnsMessage.TypeA => V4,
            DnsMessage.TypeAaaa => V6,
            _ => [],
        };
        const int recordHeader = 12;
        var response = new byte[end + (data.Length > 0 ? recordHeader + data.Length : 0)];
        query[..end].CopyTo(response);
        BinaryPrimitives.WriteUInt16BigEndian(response.AsSpan(2), Flags);
        response.AsSpan(6, DnsMessage.HeaderLength - 6).Clear();
        if (data.Length > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(response.AsSpan(6), 1);
            WriteRecord(response.AsSpan(end), type, data);
        }

        return response;
    }

    /// <summary>Whether a message answers a query whose name begins with this label.</summary>
    public static bool IsAnswerFor(ReadOnlySpan<byte> message, string firstLabel)
    {
        return DnsMessage.TryReadQuestion(message, out var end, out _)
            && DnsMessage.IsResponse(message)
            && BinaryPrimitives.ReadUInt16BigEndian(message[6..]) > 0
            && message.Length > end
            && message[DnsMessage.HeaderLength] == firstLabel.Length
            && Ascii.Equals(message.Slice(DnsMessage.HeaderLength + 1, firstLabel.Length), firstLabel);
    }

    private static void WriteRecord(Span<byte> record, ushort type, ReadOnlySpan<byte> data)
    {
        BinaryPrimitives.WriteUInt16BigEndian(record, QuestionName);
        BinaryPrimitives.WriteUInt16BigEndian(record[2..], type);
        BinaryPrimitives.WriteUInt16BigEndian(record[4..], DnsMessage.ClassInternet);
        BinaryPrimitives.WriteUInt32BigEndian(record[6..], SecondsToLive);
        BinaryPrimitives.WriteUInt16BigEndian(record[10..], (ushort)data.Length);
        data.CopyTo(record[12..]);
    }
}
