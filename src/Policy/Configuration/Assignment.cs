// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy.Configuration;

/// <summary>One line <c>KEY=value</c> of a configuration file.</summary>
/// <param name="Key">The key as written.</param>
/// <param name="Value">The value without its quotes.</param>
/// <param name="File">The file's path.</param>
/// <param name="Line">The line, from 1.</param>
internal sealed record Assignment(string Key, string Value, string File, int Line)
{
    /// <summary>The value's blank-separated words.</summary>
    public IEnumerable<string> Words =>
        Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    public ConfigurationProblem Problem(string what, string mend) => new(File, Line, what, mend);
}
