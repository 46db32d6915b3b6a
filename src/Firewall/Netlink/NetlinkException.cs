// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>The kernel refused something. The message is errno(3)'s.</summary>
internal sealed class NetlinkException(int error) : Exception(Marshal.GetPInvokeErrorMessage(error))
{
    /// <summary>The last system call's.</summary>
    public static NetlinkException Last() => new(Marshal.GetLastPInvokeError());
}
