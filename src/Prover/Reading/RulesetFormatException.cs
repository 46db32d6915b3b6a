// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Prover.Reading;

/// <summary>A listing of rules cannot be read: where, and why.</summary>
/// <param name="source">The file, or the command that printed it.</param>
/// <param name="line">The line, from 1; 0 if the fault is not on one line.</param>
/// <param name="reason">What is wrong, and the mend.</param>
public sealed class RulesetFormatException(string source, int line, string reason)
    : Exception(line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{source}:{line}: {reason}") : $"{source}: {reason}")
{
    /// <summary>The line, from 1; 0 if the fault is not on one line.</summary>
    public int Line { get; } = line;

    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;
}
