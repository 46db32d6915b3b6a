// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy.Configuration;

/// <summary>
/// Splits a configuration file into assignments. The original sourced these files as root in bash; this reads them and
/// never executes anything, so every construct but a plain assignment is an error.
/// </summary>
internal static class AssignmentReader
{
    private const string PlainAssignment = "write KEY=value or KEY=\"a b c\"";

    // Brackets are a glob to the shell, but IPv6 servers need them: [2001:db8::10]:443/tcp.
    private const string ShellCharacters = "$`\\;&|<>(){}*?!";

    /// <summary>Reads a file's text, adding what is wrong to <paramref name="problems"/>.</summary>
    public static IEnumerable<Assignment> Read(string file, string text, List<ConfigurationProblem> problems)
    {
        var number = 0;
        // Only where the shell ends a line, or a comment would: not at a form feed or at one of Unicode's separators.
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = (raw.EndsWith('\r') ? raw[..^1] : raw).Trim(' ', '\t');
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (ReadLine(file, number, line, problems) is { } assignment)
            {
                yield return assignment;
            }
        }
    }

    private static Assignment? ReadLine(string file, int number, string line, List<ConfigurationProblem> problems)
    {
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? "" : line[..equals];
        if (key.Length == 0 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            problems.Add(new(file, number, $"'{Shorten(line)}' is not an assignment", PlainAssignment));
            return null;
        }

        var value = line[(equals + 1)..];
        var fault = Unquote(ref value);
        if (fault is not null)
        {
            problems.Add(new(file, number, $"{key}: {fault}", PlainAssignment));
            return null;
        }

        return new Assignment(key, value, file, number);
    }

    /// <summary>Removes the quotes and a trailing comment of a value.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    private static string? Unquote(ref string value)
    {
        var rest = "";
        var isSingleQuoted = value.StartsWith('\'');
        if (isSingleQuoted || value.StartsWith('"'))
        {
            var end = value.IndexOf(value[0], 1);
            if (end < 0)
            {
                return "the quoted value does not end on its line";
            }

            rest = value[(end + 1)..];
            value = value[1..end];
        }
        else if (value.IndexOfAny([' ', '\t']) is >= 0 and var blank)
        {
            rest = value[blank..];
            value = value[..blank];
        }

        var isFollowed = rest.Length > 0 && !(char.IsWhiteSpace(rest[0]) && rest.TrimStart().StartsWith('#'));
        // Within single quotes a backslash is one to the shell too; systemd escapes names of control groups with it.
        var forbidden = (isFollowed ? value + rest : value)
            .FirstOrDefault(c => IsShellCharacter(c) && !(isSingleQuoted && c == '\\'));
        if (forbidden != default)
        {
            return $"shell code ('{forbidden}') is not executed";
        }

        if (isFollowed)
        {
            return $"'{Shorten(rest.Trim())}' follows the value (several words need quotes)";
        }

        var control = value.FirstOrDefault(c => (char.IsControl(c) || char.IsWhiteSpace(c)) && c is not (' ' or '\t'));
        return control != default || value.Contains('"', StringComparison.Ordinal) || value.Contains('\'', StringComparison.Ordinal)
            ? "the value has a control character or a stray quote"
            : null;
    }

    private static bool IsShellCharacter(char c) => ShellCharacters.Contains(c, StringComparison.Ordinal);

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
