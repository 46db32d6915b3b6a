// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>A netlink socket does not do what it is asked.</summary>
/// <param name="action">What was tried.</param>
/// <param name="error">The error's number (errno(3)).</param>
public sealed class NetlinkException(string action, int error)
    : Exception($"{action}: {Marshal.GetPInvokeErrorMessage(error)}")
{
    /// <summary>ENOBUFS: the kernel had more to tell than the socket's queue could take; something was lost.</summary>
    public const int QueueOverrun = 105;

    /// <summary>The error's number (errno(3)).</summary>
    public int Error => error;
}
