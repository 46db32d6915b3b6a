// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;

namespace LeakVerifier.Harness.Traffic.Dns;

/// <summary>The fields of a DNS message that are needed here (RFC 1035, section 4).</summary>
public static class DnsMessage
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 12;

    /// <summary>Bytes of the longest name, its length bytes included (RFC 1035, section 2.3.4).</summary>
    public const int MaximumNameLength = 255;

    /// <summary>Type A.</summary>
    public const ushort TypeA = 1;

    /// <summary>Type AAAA (RFC 3596).</summary>
    public const ushort TypeAaaa = 28;

    /// <summary>Class IN.</summary>
    public const ushort ClassInternet = 1;

    private const int MaximumLabelLength = 63;

    /// <summary>Whether a message is a response: bit QR.</summary>
    public static bool IsResponse(ReadOnlySpan<byte> message)
    {
        return (message[2] & 0x80) != 0;
    }

    /// <summary>Reads where the single question of a message ends, and its type.</summary>
    /// <param name="message">A message of any content.</param>
    /// <param name="end">The offset behind the question.</param>
    /// <param name="type">The question's type.</param>
    /// <returns>False when the message is cut, has not exactly one question, or its name is malformed; a name there
    /// cannot be compressed, as nothing comes before it.</returns>
    public static bool TryReadQuestion(ReadOnlySpan<byte> message, out int end, out ushort type)
    {
        end = 0;
        type = 0;
        if (message.Length < HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
        {
            return false;
        }

        var at = HeaderLength;
        while (at < message.Length && message[at] != 0)
        {
            if (message[at] > MaximumLabelLength)
            {
                return false;
            }

            at += 1 + message[at];
        }

        var nameLength = at + 1 - HeaderLength;
        if (nameLength > MaximumNameLength || at + 5 > message.Length)
        {
            return false;
        }

        type = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]);
        end = at + 5;
        return true;
    }
}
