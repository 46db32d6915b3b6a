// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>
/// Writes netlink messages (netlink(7)) one behind the other. Headers are in the machine's byte order; the values of
/// nftables in the network's.
/// </summary>
/// <param name="capacity">Bytes that it takes before it needs more memory.</param>
public sealed class NetlinkWriter(int capacity = NetlinkWriter.OfMessages)
{
    /// <summary>Bytes of an expression of a rule, or of an element of a set, at most in nearly all cases.</summary>
    internal const int OfAnExpression = 96;

    /// <summary>Bytes of a rule, at most in nearly all cases.</summary>
    internal const int OfAnObject = 768;

    private const int OfMessages = 4096;

    /// <summary>Messages and attributes begin at multiples of this (NLMSG_ALIGNTO, NLA_ALIGNTO).</summary>
    private const int Alignment = 4;

    private const int AttributeHeader = 4;
    private const ushort Nested = 0x8000; // NLA_F_NESTED

    private readonly ArrayBufferWriter<byte> _buffer = new(capacity);
    private int _message = -1;

    /// <summary>The messages.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>Begins a message; the one before ends.</summary>
    public void Begin(ushort type, NetlinkFlags flags, uint sequence)
    {
        Finish();
        _message = _buffer.WrittenCount;
        var header = Extend(16); // struct nlmsghdr; the length follows, the sender's port is the kernel's to fill in
        BitConverter.TryWriteBytes(header[4..], type);
        BitConverter.TryWriteBytes(header[6..], (ushort)(flags | NetlinkFlags.Request));
        BitConverter.TryWriteBytes(header[8..], sequence);
    }

    /// <summary>Ends the last message.</summary>
    public void Finish()
    {
        if (_message >= 0)
        {
            var length = (uint)(_buffer.WrittenCount - _message);
            BitConverter.TryWriteBytes(WrittenSpan()[_message..], length);
            _message = -1;
        }
    }

    /// <summary>Adds a flag to the last message, which may have ended.</summary>
    /// <param name="start">Where that message begins.</param>
    /// <param name="flag">The flag.</param>
    public void AddFlag(int start, NetlinkFlags flag)
    {
        var flags = WrittenSpan()[(start + 6)..];
        BitConverter.TryWriteBytes(flags, (ushort)(BitConverter.ToUInt16(flags) | (ushort)flag));
    }

    /// <summary>Adds bytes as they are: the header that a kind of message has behind the general one.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Extend(bytes.Length));

    /// <summary>Adds an attribute.</summary>
    public void Attribute(int type, ReadOnlySpan<byte> value)
    {
        var space = Extend(AttributeHeader + value.Length);
        BitConverter.TryWriteBytes(space, (ushort)(AttributeHeader + value.Length));
        BitConverter.TryWriteBytes(space[2..], (ushort)type);
        value.CopyTo(space[AttributeHeader..]);
    }

    /// <summary>Adds a number of 32 bits in the network's byte order.</summary>
    public void BigEndian(int type, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Attribute(type, bytes);
    }

    /// <summary>Adds a text with the zero byte that ends it.</summary>
    public void Text(int type, string value) => Attribute(type, Encoding.UTF8.GetBytes(value + "\0"));

    /// <summary>Begins an attribute that holds attributes.</summary>
    /// <param name="type">Its number.</param>
    /// <param name="isMarked">Whether its number says that it holds attributes. nftables takes both, and answers without.</param>
    /// <returns>For <see cref="EndNested"/>.</returns>
    public int BeginNested(int type, bool isMarked = true)
    {
        var start = _buffer.WrittenCount;
        BitConverter.TryWriteBytes(Extend(AttributeHeader)[2..], (ushort)(isMarked ? type | Nested : type));
        return start;
    }

    /// <summary>Ends what <see cref="BeginNested"/> began.</summary>
    public void EndNested(int start)
    {
        BitConverter.TryWriteBytes(WrittenSpan()[start..], (ushort)(_buffer.WrittenCount - start));
    }

    private Span<byte> Extend(int length)
    {
        var padded = (length + Alignment - 1) & -Alignment;
        var space = _buffer.GetSpan(padded)[..padded];
        space.Clear();
        _buffer.Advance(padded);
        return space;
    }

    private Span<byte> WrittenSpan()
    {
        // The writer only lends what it holds for reading; the array behind it is its own and stays where it is until
        // the next byte is added.
        return MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span;
    }
}
