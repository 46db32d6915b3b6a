// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Commands;

/// <summary>Exit codes; from 64 on as in sysexits.h where it has one.</summary>
public enum ExitCode
{
    /// <summary>Done; for <c>status</c>: in force exactly as configured.</summary>
    Done = 0,

    /// <summary>The machine is open, or not closed exactly as configured.</summary>
    Leak = 1,

    /// <summary>It could not be found out.</summary>
    Inconclusive = 2,

    /// <summary>Wrong command line (EX_USAGE).</summary>
    Usage = 64,

    /// <summary>Wrong configuration (EX_DATAERR).</summary>
    BadConfiguration = 65,

    /// <summary>A prerequisite is missing; the message says which (EX_UNAVAILABLE).</summary>
    PrerequisiteMissing = 69,

    /// <summary>A bug, or a kernel that does something else than it was told (EX_SOFTWARE).</summary>
    Internal = 70,

    /// <summary>Not privileged (EX_NOPERM).</summary>
    NotPrivileged = 77,
}
