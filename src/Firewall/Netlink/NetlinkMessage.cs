// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>One received netlink message.</summary>
public readonly ref struct NetlinkMessage
{
    /// <summary>NLMSG_ERROR: an acknowledgement, or an error.</summary>
    public const ushort Answer = 2;

    /// <summary>NLMSG_DONE: the end of a dump.</summary>
    public const ushort Done = 3;

    private const int HeaderLength = 16; // struct nlmsghdr

    private NetlinkMessage(ReadOnlySpan<byte> bytes)
    {
        Type = BitConverter.ToUInt16(bytes[4..]);
        Flags = (NetlinkFlags)BitConverter.ToUInt16(bytes[6..]);
        Sequence = BitConverter.ToUInt32(bytes[8..]);
        Sender = BitConverter.ToUInt32(bytes[12..]);
        Payload = bytes[HeaderLength..];
    }

    /// <summary>The kind of message.</summary>
    public ushort Type { get; }

    /// <summary>Its flags.</summary>
    public NetlinkFlags Flags { get; }

    /// <summary>The number of the request that it answers.</summary>
    public uint Sequence { get; }

    /// <summary>The port of the socket that asked for it; of a notification: of the one that caused it.</summary>
    public uint Sender { get; }

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The messages of what was received at once.</summary>
    public static Enumerable In(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>Goes through messages; one that does not fit ends it.</summary>
    public ref struct Enumerable(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        /// <summary>The message.</summary>
        public NetlinkMessage Current { get; private set; }

        /// <summary>For <c>foreach</c>.</summary>
        public readonly Enumerable GetEnumerator() => this;

        /// <summary>For <c>foreach</c>.</summary>
        public bool MoveNext()
        {
            if (_rest.Length < HeaderLength)
            {
                return false;
            }

            var length = BitConverter.ToUInt32(_rest);
            if (length < HeaderLength || length > _rest.Length)
            {
                return false;
            }

            Current = new NetlinkMessage(_rest[..(int)length]);
            _rest = _rest[(int)Math.Min((length + 3) & ~3u, (uint)_rest.Length)..];
            return true;
        }
    }
}
