// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Commands;

/// <summary>A command cannot go on, for a reason that its user can mend.</summary>
public sealed class CommandException : Exception
{
    /// <param name="exitCode">The exit code.</param>
    /// <param name="message">Where, what, and how to mend it.</param>
    public CommandException(ExitCode exitCode, string message)
        : base(message)
    {
        ExitCode = exitCode;
    }

    /// <summary>The exit code.</summary>
    public ExitCode ExitCode { get; }
}
