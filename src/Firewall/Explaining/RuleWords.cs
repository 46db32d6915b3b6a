// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace LeakVerifier.Firewall.Explaining;

/// <summary>The words of a rule as nft spells it, read from left to right.</summary>
internal sealed class RuleWords
{
    private readonly List<string> _words;
    private int _next;

    /// <param name="rule">The rule.</param>
    public RuleWords(string rule)
    {
        _words = Split(rule);
    }

    /// <summary>Whether there is no further word.</summary>
    public bool IsAtEnd => _next >= _words.Count;

    /// <summary>The next word, which stays the next one; empty at the end.</summary>
    public string Peek => IsAtEnd ? "" : _words[_next];

    /// <summary>Takes the next word.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public string Take() => IsAtEnd ? throw new FormatException("the rule ends too early") : _words[_next++];

    /// <summary>Takes the next word if it is this one.</summary>
    public bool TakeIf(string word)
    {
        var isNext = Peek == word && !IsAtEnd;
        _next += isNext ? 1 : 0;
        return isNext;
    }

    /// <summary>Takes one value, or those within braces.</summary>
    public List<string> TakeValues()
    {
        if (!TakeIf("{"))
        {
            return [Take()];
        }

        var values = new List<string>();
        while (!TakeIf("}"))
        {
            values.Add(Take().TrimEnd(','));
        }

        return values;
    }

    /// <summary>Passes over what remains.</summary>
    public void Skip() => _next = _words.Count;

    private static List<string> Split(string rule)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isQuoted = false;
        foreach (var c in rule)
        {
            isQuoted ^= c == '"';
            if (c == ' ' && !isQuoted)
            {
                Add(words, word);
            }
            else
            {
                word.Append(c);
            }
        }

        Add(words, word);
        return words;
    }

    private static void Add(List<string> words, StringBuilder word)
    {
        if (word.Length > 0)
        {
            words.Add(word.ToString());
            word.Clear();
        }
    }
}
