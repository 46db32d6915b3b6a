// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>Asks the kernel itself whether it has IPv6.</summary>
public static partial class KernelFamilies
{
    private const int InternetV6 = 10; // AF_INET6
    private const int Datagram = 2 | 0x80000; // SOCK_DGRAM | SOCK_CLOEXEC
    private const int NoSuchFamily = 97; // EAFNOSUPPORT

    /// <summary>
    /// Whether a socket of IPv6 can be had. The kernel says "no such family" only where IPv6 is not built in, not there
    /// as a module, or disabled at boot; the switch of an interface (<c>disable_ipv6</c>) does not count, since it can
    /// be turned back.
    /// </summary>
    public static bool HasIPv6()
    {
        var descriptor = Socket(InternetV6, Datagram, 0);
        var error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }

        return descriptor >= 0 || error != NoSuchFamily;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
