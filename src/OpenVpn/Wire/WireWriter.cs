// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Text;

namespace LeakVerifier.OpenVpn.Wire;

/// <summary>
/// Writes big-endian fields into a buffer of the caller's. What does not fit is the caller's mistake: its sizes are
/// all bounded by constants.
/// </summary>
internal ref struct WireWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What was written so far.</summary>
    public readonly Span<byte> Written => _buffer[..Length];

    public void WriteByte(byte value) => Take(1)[0] = value;

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(sizeof(ushort)), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(sizeof(uint)), value);

    public void WriteSessionId(SessionId value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Take(SessionId.Length), value.Value);
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Writes a string of key method 2 (see <see cref="WireReader.TryReadString"/>).</summary>
    public void WriteString(string value)
    {
        if (value.Length == 0)
        {
            WriteUInt16(0);
            return;
        }

        WriteUInt16(checked((ushort)(value.Length + 1)));
        Encoding.Latin1.GetBytes(value, Take(value.Length));
        WriteByte(0);
    }

    /// <summary>Leaves room for bytes that the caller fills in.</summary>
    public Span<byte> Take(int count)
    {
        var taken = _buffer.Slice(Length, count);
        Length += count;
        return taken;
    }
}
