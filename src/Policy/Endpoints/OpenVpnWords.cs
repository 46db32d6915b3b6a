// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>
/// Splits a line into words as OpenVPN does (parse_line of its options_parse.c): blanks separate, quotes of both kinds
/// join, a backslash escapes a blank, a quote or a backslash, and a word that begins with <c>#</c> or <c>;</c> begins a
/// comment. A blank before a word is none of it, escaped or not.
/// </summary>
internal static class OpenVpnWords
{
    /// <summary>What separates words: C's isspace, and nothing else that Unicode calls a space.</summary>
    public const string Blanks = " \t\r\n\v\f";

    /// <summary>The words of a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="fault">What is wrong with it; null: nothing.</param>
    public static List<string> Split(string line, out string? fault)
    {
        var words = new List<string>();
        var position = 0;
        fault = null;
        while (fault is null)
        {
            while (BlankAt(line, position) is > 0 and var length)
            {
                position += length;
            }

            if (position >= line.Length || line[position] is '#' or ';')
            {
                break;
            }

            words.Add(Word(line, ref position, out fault));
        }

        return words;
    }

    private static string Word(string line, ref int position, out string? fault)
    {
        var word = new StringBuilder();
        var quote = line[position] is '"' or '\'' ? line[position++] : '\0';
        fault = null;
        while (position < line.Length)
        {
            var c = line[position++];
            if (quote == '\0' ? IsBlank(c) : c == quote)
            {
                return word.ToString();
            }

            if (c == '\\' && quote != '\'')
            {
                if (position >= line.Length || !(line[position] is '\\' or '"' || IsBlank(line[position])))
                {
                    fault = "a backslash escapes only a blank, a quote or a backslash";
                    return "";
                }

                c = line[position++];
            }

            word.Append(c);
        }

        fault = quote == '\0' ? null : $"there is no closing {quote}";
        return word.ToString();
    }

    /// <summary>How long the blank is that begins here, escaped or not; 0: there is none.</summary>
    private static int BlankAt(string line, int position)
    {
        var rest = line.AsSpan(position);
        return rest is ['\\', var escaped, ..] && IsBlank(escaped) ? 2 : rest is [var c, ..] && IsBlank(c) ? 1 : 0;
    }

    private static bool IsBlank(char c) => Blanks.Contains(c, StringComparison.Ordinal);
}
