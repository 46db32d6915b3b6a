// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Commands;

/// <summary>The folder of <c>--out</c>: one run's captures, rulesets, logs and reports.</summary>
internal static class EvidenceFolder
{
    /// <summary>Makes the folder, or takes an empty one.</summary>
    /// <exception cref="CommandException">It has files, which might be another run's evidence, or cannot be made.</exception>
    public static void Prepare(string? folder)
    {
        if (folder is null)
        {
            return;
        }

        string? obstacle;
        try
        {
            if (Directory.CreateDirectory(folder).EnumerateFileSystemInfos().Any())
            {
                throw new CommandException(ExitCode.Usage, $"--out {folder}: the folder is not empty; give one for this run alone");
            }

            obstacle = OutputFile.WhyNotWritable(folder);
        }
        catch (FileNotFoundException)
        {
            obstacle = "no folder can be made there"; // Such as in /proc.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            obstacle = exception.Message;
        }

        if (obstacle is not null)
        {
            throw new CommandException(ExitCode.Usage, $"--out {folder}: {obstacle}; give a new folder, on a disk that can be written");
        }
    }
}
