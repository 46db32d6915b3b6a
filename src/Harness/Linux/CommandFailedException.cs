// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Linux;

/// <summary>A program that a lab needs did not do its work.</summary>
public sealed class CommandFailedException : Exception
{
    /// <param name="result">How it ended.</param>
    public CommandFailedException(CommandResult result)
        : base($"running '{result.Command}': {result.Ending}")
    {
        Result = result;
    }

    /// <summary>How it ended.</summary>
    public CommandResult Result { get; }
}
