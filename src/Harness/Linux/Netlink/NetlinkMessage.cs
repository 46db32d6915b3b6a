// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace LeakVerifier.Harness.Linux.Netlink;

/// <summary>A request of netlink(7): a header, a fixed part that depends on its type, attributes.</summary>
internal sealed class NetlinkMessage
{
    /// <summary>NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE and NLM_F_APPEND of linux/netlink.h.</summary>
    public const ushort Create = 0x400, Exclusively = 0x200, Replace = 0x100, Append = 0x800;

    /// <summary>NLM_F_DUMP: all that match are wanted, one by one.</summary>
    public const ushort Dump = 0x300;

    /// <summary>The length of struct nlmsghdr, in bytes.</summary>
    public const int HeaderLength = 16;

    private const ushort Request = 1, WithAnswer = 4; // NLM_F_REQUEST, NLM_F_ACK

    private readonly List<byte> _bytes = [];

    /// <param name="type">RTM_ of linux/rtnetlink.h, or the like.</param>
    /// <param name="flags">Whether what is named is to be made, replaced or found.</param>
    /// <param name="wantsAnswer">Whether the kernel says too that it did it, not only that it did not.</param>
    public NetlinkMessage(ushort type, ushort flags, bool wantsAnswer = true)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        BitConverter.TryWriteBytes(header[4..], type);
        BitConverter.TryWriteBytes(header[6..], (ushort)(flags | Request | (wantsAnswer ? WithAnswer : 0)));
        _bytes.AddRange(header);
    }

    /// <summary>A part of fixed length.</summary>
    public NetlinkMessage Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>A 32-bit part of fixed length.</summary>
    public NetlinkMessage Raw(int value) => Raw(BitConverter.GetBytes(value));

    /// <summary>An attribute.</summary>
    public NetlinkMessage With(ushort type, ReadOnlySpan<byte> value)
    {
        const int header = 4; // struct rtattr
        Raw(BitConverter.GetBytes((ushort)(header + value.Length))).Raw(BitConverter.GetBytes(type)).Raw(value);
        return Pad();
    }

    /// <summary>An attribute that is a number.</summary>
    public NetlinkMessage With(ushort type, int value) => With(type, BitConverter.GetBytes(value));

    /// <summary>An attribute that is a text.</summary>
    public NetlinkMessage With(ushort type, string text) => With(type, [.. Encoding.ASCII.GetBytes(text), 0]);

    /// <summary>An attribute that is an address.</summary>
    public NetlinkMessage With(ushort type, IPAddress address) => With(type, address.GetAddressBytes());

    /// <summary>An attribute that holds others.</summary>
    public NetlinkMessage With(ushort type, Action<NetlinkMessage> content)
    {
        var start = _bytes.Count;
        With(type, ReadOnlySpan<byte>.Empty);
        content(this);
        BitConverter.TryWriteBytes(CollectionsMarshal.AsSpan(_bytes)[start..], (ushort)(_bytes.Count - start));
        return this;
    }

    /// <summary>The whole message.</summary>
    public byte[] ToArray()
    {
        var message = _bytes.ToArray();
        BitConverter.TryWriteBytes(message, message.Length);
        return message;
    }

    private NetlinkMessage Pad()
    {
        const int alignment = 4; // RTA_ALIGNTO
        while (_bytes.Count % alignment != 0)
        {
            _bytes.Add(0);
        }

        return this;
    }

    /// <summary>The value of the first attribute of a type; empty: there is none.</summary>
    /// <param name="attributes">Attributes, one behind the other.</param>
    /// <param name="type">Its type.</param>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, ushort type)
    {
        const int header = 4, alignment = 4; // struct nlattr, NLA_ALIGNTO
        const ushort typeMask = 0x3fff; // NLA_TYPE_MASK: without the bits that say how it is spelled
        while (attributes.Length >= header)
        {
            var length = BitConverter.ToUInt16(attributes);
            if ((BitConverter.ToUInt16(attributes[2..]) & typeMask) == type)
            {
                return attributes[header..length];
            }

            attributes = attributes[Math.Min((length + alignment - 1) & -alignment, attributes.Length)..];
        }

        return default;
    }
}
