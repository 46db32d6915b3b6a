// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LeakVerifier.Prover.Loading;

/// <summary>
/// Asks the kernel by netlink (netlink(7)), in the calling thread's network namespace. Programs that print the same would
/// be started for each question, which takes longer than everything that a proof of a usual ruleset has to do.
/// </summary>
internal static partial class NetlinkSocket
{
    private const int Netlink = 16;
    private const int RawSocket = 3;
    private const int CloseOnExec = 0x80000;
    private const int HeaderLength = 16;
    private const ushort Done = 3;
    private const ushort Error = 2;
    private const ushort Request = 1;
    private const ushort Dump = 0x300;
    private const ushort Interrupted = 0x10;

    // The kernel fills at most this much at once (net/netlink/af_netlink.c).
    private const int BufferSize = 32 * 1024;

    /// <summary>Sends a request and gives each answer to a reader.</summary>
    /// <param name="protocol">NETLINK_...</param>
    /// <param name="type">The message.</param>
    /// <param name="isDump">Whether there are several answers.</param>
    /// <param name="header">The fixed part of the request behind netlink's own header.</param>
    /// <param name="onAnswer">Gets what is behind netlink's header.</param>
    /// <returns>Whether the kernel answered to the end, and nothing changed meanwhile.</returns>
    public static bool Ask(int protocol, ushort type, bool isDump, ReadOnlySpan<byte> header, Answer onAnswer)
    {
        var socket = Socket(Netlink, RawSocket | CloseOnExec, protocol);
        if (socket < 0)
        {
            return false;
        }
        try
        {
            Span<byte> message = stackalloc byte[HeaderLength + header.Length];
            message.Clear();
            BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(message[4..], type);
            BinaryPrimitives.WriteUInt16LittleEndian(message[6..], isDump ? (ushort)(Request | Dump) : Request);
            header.CopyTo(message[HeaderLength..]);
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
        var buffer = new byte[BufferSize];
        var isWhole = true;
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
                isWhole &= (BinaryPrimitives.ReadUInt16LittleEndian(rest[6..]) & Interrupted) == 0;
                if (type is Done or Error || length < HeaderLength || length > rest.Length)
                {
                    return type == Done && isWhole;
                }
                onAnswer(rest[HeaderLength..length]);
                if (!isDump)
                {
                    return true;
                }
                rest = rest[Math.Min(rest.Length, (length + 3) & ~3)..];
            }
        }
    }

    /// <summary>Reads an answer.</summary>
    /// <param name="message">What is behind netlink's header.</param>
    internal delegate void Answer(ReadOnlySpan<byte> message);

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(int socket, ReadOnlySpan<byte> message, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Receive(int socket, Span<byte> message, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
