// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Linux;

/// <summary>How a program that ran to its end did.</summary>
/// <param name="Command">The command line, for messages.</param>
/// <param name="ExitCode">Its exit code; 128 + n when signal n ended it.</param>
/// <param name="Output">What it wrote to standard output and error together, at most 64 KiB (the end of it).</param>
public sealed record CommandResult(string Command, int ExitCode, string Output)
{
    /// <summary>The most characters of a line that are worth reading.</summary>
    private const int LongestLine = 500;

    /// <summary>Whether it exited with 0.</summary>
    public bool IsSuccess => ExitCode == 0;

    /// <summary>
    /// The exit code and the last line that says anything, if there is one. Control characters are dropped: other people's
    /// programs write it, and it ends up on terminals and in XML, which forbids them (XML 1.0, production 2).
    /// </summary>
    public string Ending => LastWords is { } words ? $"exit code {ExitCode}: {Shortened(words)}" : $"exit code {ExitCode}";

    /// <summary>
    /// nft shows below its error what it means and points at it, and ip ends with the number of the line (Command failed
    /// -:1): what is wrong stands before that.
    /// </summary>
    private string? LastWords
    {
        get
        {
            List<string> lines = [.. Output.Split('\n').Select(Printable).Where(line => line.Length > 0)];
            return lines switch
            {
                [.., var pointer] when pointer.All(character => character is '^' or '~' or ' ') =>
                    lines.LastOrDefault(line => line.Contains("Error: ", StringComparison.Ordinal)) ?? pointer,
                [.., var said, var number] when number.StartsWith("Command failed ", StringComparison.Ordinal) => said,
                [.., var last] => last,
                [] => null,
            };
        }
    }

    /// <summary>Returns this when it succeeded.</summary>
    /// <exception cref="CommandFailedException">It did not.</exception>
    public CommandResult ThrowIfFailed()
    {
        return IsSuccess ? this : throw new CommandFailedException(this);
    }

    private static string Shortened(string line)
    {
        return line.Length <= LongestLine ? line : line[..LongestLine] + "…";
    }

    private static string Printable(string line)
    {
        return string.Concat(line.Where(character => !char.IsControl(character))).Trim();
    }
}
