// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Text;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>One attribute of a netlink message.</summary>
public readonly ref struct NetlinkAttribute
{
    private const int HeaderLength = 4;
    private const ushort TypeMask = 0x3fff; // NLA_TYPE_MASK: without the flags for nesting and byte order

    private NetlinkAttribute(ReadOnlySpan<byte> bytes)
    {
        Bytes = bytes;
        Type = BitConverter.ToUInt16(bytes[2..]) & TypeMask;
    }

    /// <summary>The attribute's number, without flags.</summary>
    public int Type { get; }

    /// <summary>All of it, header included, as <see cref="NetlinkWriter.Raw"/> takes it.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Its value.</summary>
    public ReadOnlySpan<byte> Value => Bytes.IsEmpty ? default : Bytes[HeaderLength..];

    /// <summary>The value as a number of 32 bits in the network's byte order; 0 when it is shorter.</summary>
    public uint BigEndian => BinaryPrimitives.TryReadUInt32BigEndian(Value, out var number) ? number : 0;

    /// <summary>The value as a text, without the zero byte that ends it.</summary>
    public string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    /// <summary>The attributes in a message's payload, or in the value of a nested attribute.</summary>
    public static Sequence In(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>The first attribute of a type; the default, whose value is empty, when there is none.</summary>
    public static NetlinkAttribute Find(ReadOnlySpan<byte> bytes, int type)
    {
        foreach (var attribute in In(bytes))
        {
            if (attribute.Type == type)
            {
                return attribute;
            }
        }

        return default;
    }

    /// <summary>Goes through attributes; one that does not fit ends it.</summary>
    public ref struct Sequence(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        /// <summary>The attribute.</summary>
        public NetlinkAttribute Current { get; private set; }

        /// <summary>For <c>foreach</c>.</summary>
        public readonly Sequence GetEnumerator() => this;

        /// <summary>For <c>foreach</c>.</summary>
        public bool MoveNext()
        {
            if (_rest.Length < HeaderLength)
            {
                return false;
            }

            var length = BitConverter.ToUInt16(_rest);
            if (length < HeaderLength || length > _rest.Length)
            {
                return false;
            }

            Current = new NetlinkAttribute(_rest[..length]);
            _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
            return true;
        }
    }
}
