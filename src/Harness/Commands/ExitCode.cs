// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Running;

namespace LeakVerifier.Harness.Commands;

/// <summary>The exit codes. Scripts depend on them; those from 64 on are those of sysexits.h.</summary>
public enum ExitCode
{
    /// <summary>Sealed, proved or done.</summary>
    Done = 0,

    /// <summary>A leak was found.</summary>
    Leak = 1,

    /// <summary>Nothing can be said.</summary>
    Inconclusive = 2,

    /// <summary>The command line is wrong (EX_USAGE).</summary>
    Usage = 64,

    /// <summary>A configuration or input file is wrong (EX_DATAERR).</summary>
    BadInput = 65,

    /// <summary>A prerequisite is missing; the message says which (EX_UNAVAILABLE).</summary>
    PrerequisiteMissing = 69,

    /// <summary>A bug of this program (EX_SOFTWARE).</summary>
    Internal = 70,

    /// <summary>Not privileged (EX_NOPERM).</summary>
    NotPrivileged = 77,

    /// <summary>Interrupted.</summary>
    Interrupted = 130,
}

/// <summary>Exit codes of verdicts.</summary>
public static class ExitCodes
{
    /// <summary>0 for sealed, 1 for leak, 2 for anything else.</summary>
    public static ExitCode Of(Verdict verdict) => verdict switch
    {
        Verdict.Sealed => ExitCode.Done,
        Verdict.Leak => ExitCode.Leak,
        _ => ExitCode.Inconclusive,
    };

    /// <summary>A report that could not be written hides neither a leak nor an interrupt (a terminal may be gone by it).</summary>
    internal static ExitCode WithReports(ExitCode verdict, bool areWritten)
    {
        return areWritten || verdict is ExitCode.Leak or ExitCode.Interrupted ? verdict : ExitCode.BadInput;
    }
}
