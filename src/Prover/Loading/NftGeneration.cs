// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LeakVerifier.Prover.Loading;

/// <summary>The number that the kernel raises with each change of its nftables rules, per network namespace.</summary>
internal static partial class NftGeneration
{
    private const int Netlink = 16;
    private const int RawSocket = 3;
    private const int NetfilterProtocol = 12;

    // NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN (linux/netfilter/nfnetlink.h, nf_tables.h).
    private const ushort GetGeneration = (10 << 8) | 16;
    private const ushort NewGeneration = (10 << 8) | 15;

    /// <summary>Asks the kernel; null if it does not answer.</summary>
    public static uint? Read()
    {
        var socket = Socket(Netlink, RawSocket | 0x80000, NetfilterProtocol);
        if (socket < 0)
        {
            return null;
        }
        try
        {
            Span<byte> message = stackalloc byte[20];
            BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(message[4..], GetGeneration);
            BinaryPrimitives.WriteUInt16LittleEndian(message[6..], 1);
            Span<byte> reply = stackalloc byte[512];
            return Send(socket, message, message.Length, 0) == message.Length
                ? Parse(reply[..Math.Max(0, (int)Receive(socket, reply, reply.Length, 0))])
                : null;
        }
        finally
        {
            _ = Close(socket);
        }
    }

    // A message header (16 bytes), a netfilter header (4), then attributes; the first is NFTA_GEN_ID, big-endian.
    private static uint? Parse(ReadOnlySpan<byte> reply)
    {
        return reply.Length >= 28 && BinaryPrimitives.ReadUInt16LittleEndian(reply[4..]) == NewGeneration
            && BinaryPrimitives.ReadUInt16LittleEndian(reply[22..]) == 1
            ? BinaryPrimitives.ReadUInt32BigEndian(reply[24..])
            : null;
    }

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(int socket, ReadOnlySpan<byte> message, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Receive(int socket, Span<byte> message, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
