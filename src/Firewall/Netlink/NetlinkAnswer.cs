// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>What the kernel made of a request, or of a batch as a whole.</summary>
/// <param name="Error">0: done; otherwise the error's number (errno(3)), and nothing was changed.</param>
/// <param name="Message">The kernel's own words (extended acknowledgement), where it has any.</param>
/// <param name="Sequence">The message that failed; a batch numbers its messages from 0.</param>
public readonly record struct NetlinkAnswer(int Error, string? Message = null, uint Sequence = 0)
{
    /// <summary>EPERM: not privileged, or another process owns the table.</summary>
    public const int NotPermitted = 1;

    /// <summary>ENOENT: no such object.</summary>
    public const int NotFound = 2;

    /// <summary>EINTR: something changed during a dump.</summary>
    public const int Interrupted = 4;

    /// <summary>EOPNOTSUPP: this kernel does not know how.</summary>
    public const int NotSupported = 95;

    /// <summary>Whether it took effect.</summary>
    public bool IsDone => Error == 0;

    /// <summary>The error in words; "done" when there is none.</summary>
    public override string ToString()
    {
        return IsDone
            ? "done"
            : $"message {Sequence}: {Message ?? Marshal.GetPInvokeErrorMessage(Error)}";
    }
}
