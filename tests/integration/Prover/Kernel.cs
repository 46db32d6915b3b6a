// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>The system calls of the packet lab. They act on the calling thread alone.</summary>
internal static partial class Kernel
{
    private const int NewNetwork = 0x40000000;
    private const int Ip4 = 2;
    private const int Ip6 = 10;
    private const int PacketFamily = 17;
    private const int Raw = 3;
    private const int NonBlocking = 0x800;
    private const int AllProtocols = 0x0300;

    public static int Open(string path) => Check(OpenFile(path, 0), "open");

    public static void Unshare() => Check(UnshareCall(NewNetwork), "unshare: integration tests need root");

    public static void Return(int file) => Check(SetNamespace(file, NewNetwork), "setns");

    public static void CloseFile(int file) => Check(Close(file), "close");

    /// <summary>The number of an interface.</summary>
    public static int IndexOf(string name) => Check((int)InterfaceIndex(name), "if_nametoindex");

    /// <summary>Forgets every tracked connection (linux/netfilter/nfnetlink_conntrack.h, IPCTNL_MSG_CT_DELETE).</summary>
    public static void ForgetConnections()
    {
        var socket = Check(Socket(16, Raw, 12), "netlink socket");
        Span<byte> message = stackalloc byte[20];
        message.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], (1 << 8) | 2);
        // NLM_F_REQUEST and NLM_F_ACK.
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], 5);
        Check((int)SendTo(socket, message, message.Length, 0, [], 0), "netlink");
        Span<byte> answer = stackalloc byte[64];
        var length = Check((int)ReceiveCall(socket, answer, answer.Length, 0), "netlink");
        CloseFile(socket);
        (length >= 20 && BinaryPrimitives.ReadInt32LittleEndian(answer[16..]) == 0).Should().BeTrue("the kernel forgets connections");
    }

    /// <summary>A packet socket on an interface.</summary>
    public static int Listen(string name)
    {
        var socket = Check(Socket(PacketFamily, Raw | NonBlocking, AllProtocols), "packet socket");
        Span<byte> address = stackalloc byte[20];
        BinaryPrimitives.WriteUInt16LittleEndian(address, PacketFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(address[2..], AllProtocols);
        BinaryPrimitives.WriteInt32LittleEndian(address[4..], IndexOf(name));
        Check(Bind(socket, address, address.Length), "bind");
        return socket;
    }

    /// <summary>A raw socket that belongs to a user: the owner of a socket is the user for files at its creation.</summary>
    public static int RawSocket(bool isIp4, byte protocol, uint uid, uint mark)
    {
        _ = SetFileUser(uid);
        var socket = Check(Socket(isIp4 ? Ip4 : Ip6, Raw | NonBlocking, protocol), "raw socket");
        _ = SetFileUser(0);
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(value, mark);
        // SOL_SOCKET, SO_MARK.
        Check(SetOption(socket, 1, 36, value, value.Length), "SO_MARK");
        if (isIp4)
        {
            // IP_NODEFRAG: a fragment stays one where connections are tracked (ip(7)).
            BinaryPrimitives.WriteUInt32LittleEndian(value, 1);
            Check(SetOption(socket, 0, 22, value, value.Length), "IP_NODEFRAG");
        }
        return socket;
    }

    /// <summary>Sends a whole frame by a packet socket.</summary>
    public static void SendFrame(int socket, ReadOnlySpan<byte> frame)
    {
        Check((int)SendTo(socket, frame, frame.Length, 0, [], 0), "send");
    }

    /// <summary>Sends; a packet that the rules drop is an error that says nothing more.</summary>
    public static void Send(int socket, IPAddress destination, ReadOnlySpan<byte> bytes)
    {
        Span<byte> address = stackalloc byte[28];
        address.Clear();
        var raw = destination.GetAddressBytes();
        BinaryPrimitives.WriteUInt16LittleEndian(address, raw.Length == 4 ? (ushort)Ip4 : (ushort)Ip6);
        raw.CopyTo(address[(raw.Length == 4 ? 4 : 8)..]);
        _ = SendTo(socket, bytes, bytes.Length, 0, address, raw.Length == 4 ? 16 : 28);
    }

    public static int Receive(int socket, Span<byte> frame) => (int)ReceiveCall(socket, frame, frame.Length, 0);

    /// <summary>Waits until something can be read.</summary>
    /// <returns>Whether something can.</returns>
    public static bool Wait(ReadOnlySpan<int> sockets, int milliseconds)
    {
        Span<PollEntry> entries = stackalloc PollEntry[sockets.Length];
        for (var i = 0; i < sockets.Length; i++)
        {
            entries[i] = new PollEntry { File = sockets[i], Events = 1 };
        }
        return Poll(entries, (nuint)entries.Length, milliseconds) > 0;
    }

    private static int Check(int result, string what)
    {
        return result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), what);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int UnshareCall(int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int file, int kind);

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(uint uid);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int name, ReadOnlySpan<byte> value, int length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(
        int socket, ReadOnlySpan<byte> bytes, nint length, int flags, ReadOnlySpan<byte> address, int addressLength);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveCall(int socket, Span<byte> bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(Span<PollEntry> entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint InterfaceIndex(string name);
}
