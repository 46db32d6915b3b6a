// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>
/// The functions of the system library that netlink sockets need: .NET opens none of this family. Names of the
/// constants behind them.
/// </summary>
internal static partial class NetlinkLibC
{
    public const int Family = 16; // AF_NETLINK
    public const int Raw = 3; // SOCK_RAW
    public const int CloseOnExec = 0x80000; // SOCK_CLOEXEC
    public const int DoNotWait = 0x40; // MSG_DONTWAIT
    public const int AddressLength = 12; // sizeof(struct sockaddr_nl)

    public const int SocketLevel = 1; // SOL_SOCKET
    public const int SendBufferForced = 32; // SO_SNDBUFFORCE
    public const int ReceiveBufferForced = 33; // SO_RCVBUFFORCE

    public const int OptionLevel = 270; // SOL_NETLINK
    public const int AddMembership = 1; // NETLINK_ADD_MEMBERSHIP
    public const int ShortAnswers = 10; // NETLINK_CAP_ACK: without the failed request
    public const int ExtendedAnswers = 11; // NETLINK_EXT_ACK: with words

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int descriptor, ReadOnlySpan<byte> address, int length);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetName(int descriptor, Span<byte> address, ref int length);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, in int value, int length);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, Span<byte> data, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int descriptor);
}
