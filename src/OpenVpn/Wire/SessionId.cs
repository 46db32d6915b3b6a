// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace LeakVerifier.OpenVpn.Wire;

/// <summary>
/// The eight random bytes by which one side names a session. They stay the same through renegotiations; a new
/// connection has new ones. Zero names none.
/// </summary>
/// <param name="Value">The bytes as a big-endian number.</param>
public readonly record struct SessionId(ulong Value)
{
    /// <summary>Bytes on the wire.</summary>
    internal const int Length = 8;

    /// <summary>Sixteen hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);

    internal static SessionId Random()
    {
        Span<byte> bytes = stackalloc byte[Length];
        ulong value;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            value = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        }
        while (value == 0);

        return new SessionId(value);
    }
}
