// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace LeakVerifier.Prover.Reading;

/// <summary>One word of a line of iptables-save; a quoted one is never an option.</summary>
internal readonly record struct IptablesToken(string Text, bool IsQuoted)
{
    /// <summary>Whether the word is an option, or the "!" before one.</summary>
    public bool IsOption => !IsQuoted && (Text == "!" || Text.Length > 1 && Text[0] == '-' && !char.IsAsciiDigit(Text[1]));
}

/// <summary>Splits lines of iptables-save into words.</summary>
internal static class IptablesTokens
{
    /// <summary>The words of a line.</summary>
    /// <exception cref="UnreadableException">A quote is not closed.</exception>
    public static List<IptablesToken> Split(string line)
    {
        var tokens = new List<IptablesToken>();
        var word = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == ' ')
            {
                continue;
            }
            word.Clear();
            var isQuoted = line[i] == '"';
            i = isQuoted ? Quoted(line, i + 1, word) : Plain(line, i, word);
            tokens.Add(new IptablesToken(word.ToString(), isQuoted));
        }
        return tokens;
    }

    private static int Plain(string line, int i, StringBuilder word)
    {
        while (i < line.Length && line[i] != ' ')
        {
            word.Append(line[i++]);
        }
        return i;
    }

    private static int Quoted(string line, int i, StringBuilder word)
    {
        while (i < line.Length && line[i] != '"')
        {
            i += line[i] == '\\' && i + 1 < line.Length ? 1 : 0;
            word.Append(line[i++]);
        }
        return i < line.Length ? i : throw new UnreadableException("a quote that is not closed");
    }
}
