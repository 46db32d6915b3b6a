// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>Reads a line word by word; every failed read says what was expected.</summary>
internal sealed class WordReader(string line)
{
    private int _position;

    public bool IsAtEnd => Peek().Length == 0;

    /// <summary>The next word without taking it; empty at the end.</summary>
    public string Peek()
    {
        var (start, end) = Bounds();
        return line[start..end];
    }

    /// <summary>Takes the next word.</summary>
    public string Take(string expected)
    {
        var (start, end) = Bounds();
        if (start == end)
        {
            throw new ScriptSyntaxException("the line ends too early", "expected: " + expected);
        }

        _position = end;
        return line[start..end];
    }

    /// <summary>Takes the next word if it is this one.</summary>
    public bool TryTake(string word)
    {
        var (start, end) = Bounds();
        if (line[start..end] != word)
        {
            return false;
        }

        _position = end;
        return true;
    }

    public void Require(string word)
    {
        var next = Peek();
        if (!TryTake(word))
        {
            var what = next.Length == 0 ? "the line ends too early" : $"'{next}' is unexpected";
            throw new ScriptSyntaxException(what, "expected: " + word);
        }
    }

    /// <summary>Takes a whole number.</summary>
    public long TakeNumber(long least, long most)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}");
        var word = Take(expected);
        return long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
            ? number
            : throw new ScriptSyntaxException($"'{word}' is no such number", "expected: " + expected);
    }

    /// <summary>Takes a number and its unit: <c>500 ms</c>, <c>2 s</c>.</summary>
    public TimeSpan TakeTime()
    {
        var number = TakeNumber(1, 3_600_000);
        var unit = Take("ms or s");
        return unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" when number <= 3600 => TimeSpan.FromSeconds(number),
            _ => throw new ScriptSyntaxException($"'{unit}' is no unit of time here", "expected: ms or s, at most an hour"),
        };
    }

    /// <summary>Takes the rest of the line; may be empty.</summary>
    public string TakeRest()
    {
        var rest = line[_position..].Trim();
        _position = line.Length;
        return rest;
    }

    /// <summary>Takes the rest of the line, which must say something.</summary>
    public string TakeRest(string expected)
    {
        var rest = TakeRest();
        return rest.Length > 0 ? rest : throw new ScriptSyntaxException("the line ends too early", "expected: " + expected);
    }

    private (int Start, int End) Bounds()
    {
        var start = _position;
        while (start < line.Length && char.IsWhiteSpace(line[start]))
        {
            start++;
        }

        var end = start;
        while (end < line.Length && !char.IsWhiteSpace(line[end]))
        {
            end++;
        }

        return (start, end);
    }
}
