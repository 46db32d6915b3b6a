// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Harness.Traffic.Sockets;

/// <summary>Error numbers that probes meet (errno(3); values of include/uapi/asm-generic/errno*.h).</summary>
public static class Errno
{
    /// <summary>Would block: a full send buffer, or nothing to read.</summary>
    public const int EAGAIN = 11;

    /// <summary>A connection attempt is under way.</summary>
    public const int EINPROGRESS = 115;

    /// <summary>The symbolic name, or <c>errno N</c> for one that has no name here.</summary>
    public static string NameOf(int error)
    {
        return error switch
        {
            1 => "EPERM",
            EAGAIN => "EAGAIN",
            12 => "ENOMEM",
            13 => "EACCES",
            19 => "ENODEV",
            22 => "EINVAL",
            24 => "EMFILE",
            32 => "EPIPE",
            90 => "EMSGSIZE",
            97 => "EAFNOSUPPORT",
            99 => "EADDRNOTAVAIL",
            100 => "ENETDOWN",
            101 => "ENETUNREACH",
            103 => "ECONNABORTED",
            104 => "ECONNRESET",
            105 => "ENOBUFS",
            106 => "EISCONN",
            107 => "ENOTCONN",
            110 => "ETIMEDOUT",
            111 => "ECONNREFUSED",
            112 => "EHOSTDOWN",
            113 => "EHOSTUNREACH",
            EINPROGRESS => "EINPROGRESS",
            _ => string.Create(CultureInfo.InvariantCulture, $"errno {error}"),
        };
    }
}
