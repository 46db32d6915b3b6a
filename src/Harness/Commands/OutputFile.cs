// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Commands;

/// <summary>Files that a person named for a report.</summary>
internal static class OutputFile
{
    /// <summary>Creates or empties a file.</summary>
    /// <exception cref="CommandException">It cannot be written.</exception>
    public static FileStream Create(string path)
    {
        try
        {
            return File.Create(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.BadInput, $"{path}: the report cannot be written: {exception.Message}");
        }
    }
}
