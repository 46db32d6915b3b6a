// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LeakVerifier.Prover.Loading;

/// <summary>Asks nf_tables by netlink (linux/netfilter/nfnetlink.h, nf_tables.h), in the calling thread's namespace.</summary>
internal static partial class NftSocket
{
    private const int Netlink = 16;
    private const int RawSocket = 3;
    private const int CloseOnExec = 0x80000;
    private const int NetfilterProtocol = 12;
    private const int NfTables = 10;
    private const int HeaderLength = 16;
    private const int FamilyHeaderLength = 4;
    private const ushort Done = 3;
    private const ushort Error = 2;

    /// <summary>Sends a request and gives each answer to a reader.</summary>
    /// <param name="type">The message (NFT_MSG_...).</param>
    /// <param name="isDump">Whether there are several answers.</param>
    /// <param name="onAnswer">Gets the family and the attributes of an answer.</param>
    /// <returns>Whether the kernel answered to the end.</returns>
    public static bool Ask(byte type, bool isDump, Answer onAnswer)
    {
        var socket = Socket(Netlink, RawSocket | CloseOnExec, NetfilterProtocol);
        if (socket < 0)
        {
            return false;
        }
        try
        {
            Span<byte> message = stackalloc byte[HeaderLength + FamilyHeaderLength];
            message.Clear();
            BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(message[4..], (ushort)((NfTables << 8) | type));
            // NLM_F_REQUEST, and NLM_F_DUMP.
            BinaryPrimitives.WriteUInt16LittleEndian(message[6..], isDump ? (ushort)0x301 : (ushort)1);
            return Send(socket, message, message.Length, 0) == message.Length && Receive(socket, isDump, onAnswer);
        }
        finally
        {
            _ = Close(socket);
        }
    }

    /// <summary>The attribute of a kind; empty: there is none.</summary>
    public static ReadOnlySpan<byte> Attribute(ReadOnlySpan<byte> attributes, int kind)
    {
        while (TryNext(ref attributes, out var found, out var value))
        {
            if (found == kind)
            {
                return value;
            }
        }
        return [];
    }

    /// <summary>Takes the first of several attributes.</summary>
    public static bool TryNext(scoped ref ReadOnlySpan<byte> attributes, out int kind, out ReadOnlySpan<byte> value)
    {
        kind = 0;
        value = [];
        if (attributes.Length < 4)
        {
            return false;
        }
        var length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
        if (length < 4 || length > attributes.Length)
        {
            return false;
        }
        // Without NLA_F_NESTED and NLA_F_NET_BYTEORDER.
        kind = BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]) & 0x3fff;
        value = attributes[4..length];
        attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        return true;
    }

    private static bool Receive(int socket, bool isDump, Answer onAnswer)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var received = (int)Receive(socket, buffer, buffer.Length, 0);
            if (received < HeaderLength)
            {
                return false;
            }
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, received);
            while (rest.Length >= HeaderLength)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
                var type = BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
                if (type is Done or Error || length < HeaderLength + FamilyHeaderLength || length > rest.Length)
                {
                    return type == Done;
                }
                onAnswer(rest[HeaderLength], rest[(HeaderLength + FamilyHeaderLength)..length]);
                if (!isDump)
                {
                    return true;
                }
                rest = rest[Math.Min(rest.Length, (length + 3) & ~3)..];
            }
        }
    }

    /// <summary>Reads an answer.</summary>
    /// <param name="family">The family of the table (NFPROTO_...).</param>
    /// <param name="attributes">The attributes.</param>
    internal delegate void Answer(byte family, ReadOnlySpan<byte> attributes);

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(int socket, ReadOnlySpan<byte> message, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Receive(int socket, Span<byte> message, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
