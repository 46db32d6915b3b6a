// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>The words of a rule, one behind the other. A text in quotation marks is one word and keeps its first mark.</summary>
internal sealed class RuleWords
{
    private readonly List<string> _words = [];
    private int _next;

    public RuleWords(string rule)
    {
        for (var start = 0; start < rule.Length;)
        {
            var isQuoted = rule[start] == '"';
            var end = isQuoted ? rule.IndexOf('"', start + 1) : rule.IndexOf(' ', start);
            end = end < 0 ? rule.Length : end;
            if (end > start)
            {
                _words.Add(rule[start..end]);
            }

            start = end + 1;
        }
    }

    /// <summary>Whether a word is left.</summary>
    public bool HasMore => _next < _words.Count;

    /// <summary>The next word, which is left in place; empty at the end.</summary>
    public string Peek => HasMore ? _words[_next] : "";

    /// <summary>Takes the next word.</summary>
    public string Next() => HasMore ? _words[_next++] : throw new UnknownWordException("");

    /// <summary>Takes the next word if it is this one.</summary>
    public bool Takes(string word)
    {
        var isNext = Peek == word;
        _next += isNext ? 1 : 0;
        return isNext;
    }

    /// <summary>Takes words that must be these.</summary>
    public void Expect(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (!Takes(word))
            {
                throw new UnknownWordException(Peek);
            }
        }
    }

    /// <summary>Takes a text in quotation marks, without them.</summary>
    public string Text() => Next() is ['"', .. var text] ? text : throw new UnknownWordException("text");

    /// <summary>Takes a number, decimal or hexadecimal.</summary>
    public uint Number() => NumberIn(Next());

    /// <summary>The members of a list in braces, the first of which was taken already.</summary>
    public List<string> Members()
    {
        var members = new List<string>();
        while (!Takes("}"))
        {
            members.Add(Next().TrimEnd(','));
        }

        return members;
    }

    /// <summary>What a word says as a number.</summary>
    public static uint NumberIn(string word)
    {
        var isHexadecimal = word.StartsWith("0x", StringComparison.Ordinal);
        var style = isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return uint.TryParse(isHexadecimal ? word[2..] : word, style, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UnknownWordException(word);
    }
}
