// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LeakVerifier.Harness.Linux;

/// <summary>A system call failed that a lab cannot do without.</summary>
public sealed class SystemCallException : Exception
{
    /// <param name="doing">What was being done, such as "creating a network namespace".</param>
    /// <param name="error">The error number (errno(3)).</param>
    public SystemCallException(string doing, int error)
        : base($"{doing}: {new Win32Exception(error).Message}")
    {
        Error = error;
    }

    /// <summary>The error number (errno(3)).</summary>
    public int Error { get; }

    /// <summary>The error of the last system call of this thread, in words.</summary>
    internal static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    /// <summary>Throws when <paramref name="result"/> is negative.</summary>
    internal static void ThrowIfFailed(long result, string doing)
    {
        if (result < 0)
        {
            throw new SystemCallException(doing, Marshal.GetLastPInvokeError());
        }
    }
}
