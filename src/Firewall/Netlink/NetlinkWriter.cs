// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>
/// Writes netlink messages (netlink(7)) one behind the other. Headers are in the machine's byte order; the values of
/// nftables in the network's.
/// </summary>
/// <param name="capacity">Bytes that it takes before it needs more memory. That is lent, and given back at the end.</param>
public sealed class NetlinkWriter(int capacity = NetlinkWriter.OfMessages) : IDisposable
{
    /// <summary>Bytes of an expression of a rule, or of an element of a set, at most in nearly all cases.</summary>
    internal const int OfAnExpression = 96;

    /// <summary>Bytes of a rule, at most in nearly all cases.</summary>
    internal const int OfAnObject = 768;

    private const int OfMessages = 32 * 1024;

    /// <summary>Messages and attributes begin at multiples of this (NLMSG_ALIGNTO, NLA_ALIGNTO).</summary>
    private const int Alignment = 4;

    private const int AttributeHeader = 4;
    private const ushort Nested = 0x8000; // NLA_F_NESTED

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;
    private int _message = -1;

    /// <summary>The messages, until the next byte is added.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Begins a message; the one before ends.</summary>
    public void Begin(ushort type, NetlinkFlags flags, uint sequence)
    {
        Finish();
        _message = _length;
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
            BitConverter.TryWriteBytes(_buffer.AsSpan(_message), (uint)(_length - _message));
            _message = -1;
        }
    }

    /// <summary>Adds a flag to the last message, which may have ended.</summary>
    /// <param name="start">Where that message begins.</param>
    /// <param name="flag">The flag.</param>
    public void AddFlag(int start, NetlinkFlags flag)
    {
        var flags = _buffer.AsSpan(start + 6);
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
        var start = _length;
        BitConverter.TryWriteBytes(Extend(AttributeHeader)[2..], (ushort)(isMarked ? type | Nested : type));
        return start;
    }

    /// <summary>Ends what <see cref="BeginNested"/> began.</summary>
    public void EndNested(int start)
    {
        BitConverter.TryWriteBytes(_buffer.AsSpan(start), (ushort)(_length - start));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private Span<byte> Extend(int length)
    {
        var padded = (length + Alignment - 1) & -Alignment;
        if (_length + padded > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, _length + padded));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var space = _buffer.AsSpan(_length, padded);
        space.Clear();
        _length += padded;
        return space;
    }
}
