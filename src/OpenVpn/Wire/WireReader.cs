// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Text;

namespace LeakVerifier.OpenVpn.Wire;

/// <summary>
/// Reads big-endian fields from a received packet. Every read says whether the packet was long enough; a failed read
/// takes nothing.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> packet)
{
    private ReadOnlySpan<byte> _rest = packet;

    /// <summary>What was not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public bool TryReadByte(out byte value)
    {
        var isRead = TryReadBytes(1, out var bytes);
        value = isRead ? bytes[0] : default;
        return isRead;
    }

    public bool TryReadUInt16(out ushort value)
    {
        var isRead = TryReadBytes(sizeof(ushort), out var bytes);
        value = isRead ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : default;
        return isRead;
    }

    public bool TryReadUInt32(out uint value)
    {
        var isRead = TryReadBytes(sizeof(uint), out var bytes);
        value = isRead ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : default;
        return isRead;
    }

    public bool TryReadSessionId(out SessionId value)
    {
        var isRead = TryReadBytes(SessionId.Length, out var bytes);
        value = isRead ? new SessionId(BinaryPrimitives.ReadUInt64BigEndian(bytes)) : default;
        return isRead;
    }

    public bool TryReadBytes(int count, out ReadOnlySpan<byte> bytes)
    {
        if (count > _rest.Length)
        {
            bytes = default;
            return false;
        }

        bytes = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    /// <summary>
    /// Reads a string of key method 2: its length with the closing NUL in two bytes; zero for an empty one.
    /// </summary>
    public bool TryReadString(out string value)
    {
        value = "";
        if (!TryReadUInt16(out var length) || !TryReadBytes(length, out var bytes))
        {
            return false;
        }

        if (length > 0)
        {
            value = Encoding.Latin1.GetString(bytes[..^1]);
        }

        return true;
    }
}
