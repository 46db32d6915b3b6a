// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LeakVerifier.Harness.Traffic.Sockets;

/// <summary>
/// The socket calls of the probes. .NET's own sockets throw on every refused send and map EPERM and EACCES to one code;
/// a probe behind a closed firewall is refused all the time, and the report tells the two apart. Names are those of the
/// manual pages, section 2; the values are those of Linux on x86-64 and arm64.
/// </summary>
internal static partial class SocketCalls
{
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int AF_PACKET = 17;
    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_RAW = 3;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x8_0000;
    public const int IPPROTO_IP = 0;
    public const int IPPROTO_ICMP = 1;
    public const int IPPROTO_TCP = 6;
    public const int IPPROTO_IPV6 = 41;
    public const int IPPROTO_ICMPV6 = 58;

    /// <summary>raw(7): the sender writes the IP header.</summary>
    public const int IPPROTO_RAW = 255;

    /// <summary>ip(7): options of the header, such as a source route.</summary>
    public const int IP_OPTIONS = 4;
    public const int IP_ADD_MEMBERSHIP = 35;
    public const int IP_DROP_MEMBERSHIP = 36;
    public const int IPV6_ADD_MEMBERSHIP = 20;
    public const int IPV6_DROP_MEMBERSHIP = 21;

    /// <summary>ipv6(7): the sender writes the IPv6 header.</summary>
    public const int IPV6_HDRINCL = 36;

    /// <summary>packet(7).</summary>
    public const int SOL_PACKET = 263;

    /// <summary>packet(7): past the queueing layer, straight to the driver.</summary>
    public const int PACKET_QDISC_BYPASS = 20;
    public const int SOL_SOCKET = 1;
    public const int SO_BROADCAST = 6;
    public const int SO_SNDBUF = 7;
    public const int SO_LINGER = 13;
    public const int SO_BINDTODEVICE = 25;
    public const int SO_MARK = 36;

    /// <summary>socket(7): the rate in bytes per second at which TCP spaces its segments.</summary>
    public const int SO_MAX_PACING_RATE = 47;

    /// <summary>tcp(7).</summary>
    public const int TCP_INFO = 11;

    /// <summary>send(2): an error instead of a signal when the other side is gone.</summary>
    public const int MSG_NOSIGNAL = 0x4000;

    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true)]
    public static partial SafeFileHandle socket(int domain, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int connect(SafeFileHandle socket, ReadOnlySpan<byte> address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint sendto(
        SafeFileHandle socket, ReadOnlySpan<byte> data, nint count, int flags, ReadOnlySpan<byte> address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint recv(SafeFileHandle socket, Span<byte> buffer, nint count, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setsockopt(
        SafeFileHandle socket, int level, int option, ReadOnlySpan<byte> value, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getsockopt(
        SafeFileHandle socket, int level, int option, Span<byte> value, ref uint length);
}
