// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy.Configuration;

/// <summary>Something wrong (or doubtful) in a configuration: where, what, and how to mend it.</summary>
/// <param name="File">The file's path as it was given; empty when no file says it.</param>
/// <param name="Line">The line, from 1; 0 when the problem is not of one line.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Mend">How to mend it.</param>
public sealed record ConfigurationProblem(string File, int Line, string What, string Mend)
{
    /// <summary><c>file:line: what; mend</c></summary>
    public override string ToString()
    {
        var where = (File, Line) switch
        {
            ("", _) => "",
            (_, 0) => $"{File}: ",
            _ => $"{File}:{Line}: ",
        };
        return $"{where}{What}; {Mend}";
    }
}
