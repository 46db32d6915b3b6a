// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace LeakVerifier.Harness.Firewalls;

/// <summary>What a script's first line has to do with it not starting, which the kernel tells in puzzling words only.</summary>
internal static class FirstLine
{
    /// <summary>As much as the kernel reads of it (BINPRM_BUF_SIZE).</summary>
    private const int Longest = 256;

    private static ReadOnlySpan<byte> Elf => "\u007fELF"u8;

    /// <summary>What to mend in a program that could not be started.</summary>
    /// <returns>Empty when its first line is not to blame.</returns>
    public static string Hint(string program)
    {
        var head = new byte[Longest];
        int length;
        try
        {
            using var file = File.OpenRead(program);
            length = file.ReadAtLeast(head, Longest, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }

        if (head.AsSpan().StartsWith(Elf))
        {
            return "";
        }

        var line = Encoding.UTF8.GetString(head, 0, length).Split('\n')[0];
        return line switch
        {
            _ when !line.StartsWith("#!", StringComparison.Ordinal) => "; its first line names no interpreter, such as #!/bin/sh",
            _ when line.EndsWith('\r') => $"; its lines end in CR LF, as on Windows: sed -i 's/\\r$//' {program}",
            _ when !File.Exists(Interpreter(line)) => $"; its first line names '{Interpreter(line)}', which is not there",
            _ => "",
        };
    }

    private static string Interpreter(string line)
    {
        return line[2..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("");
    }
}
