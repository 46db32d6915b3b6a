// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy.Configuration;

/// <summary>Reads a file of text, of a size that a configuration can have.</summary>
internal static class TextFile
{
    /// <summary>The file's text; null, and what is wrong is added to <paramref name="problems"/>.</summary>
    public static string? Read(string file, List<ConfigurationProblem> problems)
    {
        try
        {
            if (new FileInfo(file).Length > ConfigurationFiles.MaximumFileSize)
            {
                problems.Add(new(file, 0, "the file is larger than 1 MiB", "is it a configuration file?"));
                return null;
            }

            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add(new(file, 0, $"cannot be read: {exception.Message}", "mend its permissions or remove it"));
            return null;
        }
    }
}
