// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>Splits the text of an OpenVPN configuration into options and inline blocks.</summary>
internal static class OpenVpnLines
{
    /// <summary>OPTION_LINE_SIZE of OpenVPN's options.h: it reads a longer line as several.</summary>
    public const int MaximumLine = 255;

    private const string Mend = "OpenVPN does not read this either: mend the line";

    /// <summary>Reads a text, adding what is wrong to <paramref name="problems"/>.</summary>
    /// <param name="file">The file that it is from.</param>
    /// <param name="text">The text.</param>
    /// <param name="linesBefore">How many lines of the file precede it.</param>
    /// <param name="problems">Where to say what is wrong.</param>
    public static IEnumerable<OpenVpnOption> Read(
        string file, string text, int linesBefore, List<ConfigurationProblem> problems)
    {
        var lines = text.Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            var number = linesBefore + index + 1;
            var words = OpenVpnWords.Split(lines[index], out var fault);
            if (words.Count > 0 && lines[index].Length > MaximumLine)
            {
                fault = $"the line is longer than {MaximumLine} characters";
            }

            if (words is [['-', '-', _, ..] dashed, ..])
            {
                words[0] = dashed[2..];
            }

            if (fault is not null)
            {
                problems.Add(new(file, number, fault, Mend));
            }
            else if (words is [['<', .. var tag, '>']])
            {
                var block = Block(lines, ref index, tag);
                if (block is null)
                {
                    problems.Add(new(file, number, $"<{tag}> is not closed", $"end the block with </{tag}>"));
                    yield break;
                }

                yield return new OpenVpnOption(tag, [], block, file, number);
            }
            else if (words.Count > 0)
            {
                var first = words is ["setenv", "opt", _, ..] ? 2 : 0; // for those versions that know what follows
                yield return new OpenVpnOption(words[first], words[(first + 1)..], Inline: null, file, number);
            }
        }
    }

    /// <summary>The lines up to the closing tag, at which <paramref name="index"/> stands then.</summary>
    private static string? Block(string[] lines, ref int index, string tag)
    {
        for (var end = index + 1; end < lines.Length; end++)
        {
            if (lines[end].AsSpan().TrimStart(OpenVpnWords.Blanks).StartsWith($"</{tag}>", StringComparison.Ordinal))
            {
                var block = string.Join('\n', lines[(index + 1)..end]);
                index = end;
                return block;
            }
        }

        return null;
    }
}
