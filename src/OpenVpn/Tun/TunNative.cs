// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LeakVerifier.OpenVpn.Tun;

/// <summary>The system calls of a tun device. Constants are those of the asm-generic headers (x86-64, arm64).</summary>
internal static partial class TunNative
{
    public const int OpenReadWrite = 0x2;
    public const int OpenNonBlocking = 0x800;
    public const int OpenCloseOnExec = 0x80000;
    public const int EventFdFlags = OpenNonBlocking | OpenCloseOnExec;
    public const short PollIn = 0x1;

    /// <summary>TUNSETIFF of linux/if_tun.h.</summary>
    public const nuint SetInterface = 0x400454ca;

    /// <summary>IFF_TUN | IFF_NO_PI: IP packets without the four bytes of packet information.</summary>
    public const short TunWithoutPacketInformation = 0x0001 | 0x1000;

    public const int ErrorInterrupted = 4;
    public const int ErrorAgain = 11;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial SafeFileHandle EventFd(uint initialValue, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int IoControl(SafeFileHandle descriptor, nuint request, ref InterfaceRequest argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(SafeFileHandle descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static unsafe partial nint Write(SafeFileHandle descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    /// <summary>struct ifreq: 40 bytes on 64-bit kernels, of which the name and the flags are used.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    public unsafe struct InterfaceRequest
    {
        public fixed byte Name[16];
        public short Flags;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
