// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Commands;

/// <summary>Files that a person named for a report.</summary>
internal static class OutputFile
{
    /// <summary>Requires that a report can be written before it is worked for. What the file holds is kept.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file; null or <c>-</c>: none.</param>
    /// <exception cref="CommandException">It cannot.</exception>
    public static void Require(string option, string? path)
    {
        if (path is not (null or "-") && Obstacle(GivenPath.Resolve(GivenPath.Full(option, path))) is { } obstacle)
        {
            throw new CommandException(
                ExitCode.Usage, $"{option} {path}: the report cannot be written: {obstacle}; give a file in a folder that can be written");
        }
    }

    /// <summary>Requires that two reports have a file each: the second would replace the first.</summary>
    /// <param name="first">An option and its file; null or <c>-</c>: none.</param>
    /// <param name="second">The same.</param>
    /// <exception cref="CommandException">Both name the same file.</exception>
    public static void RequireApart((string Option, string? Path) first, (string Option, string? Path) second)
    {
        if (first.Path is not (null or "-") && second.Path is not (null or "-")
            && GivenPath.Resolve(GivenPath.Full(first.Option, first.Path)) == GivenPath.Resolve(GivenPath.Full(second.Option, second.Path)))
        {
            throw new CommandException(ExitCode.Usage, $"{second.Option} {second.Path}: {first.Option} writes the same file; give each a file of its own");
        }
    }

    /// <summary>Writes a file, or replaces it.</summary>
    /// <exception cref="CommandException">It cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            using var stream = File.Create(path);
            write(stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.BadInput, $"{path}: the report cannot be written: {exception.Message}");
        }
    }

    /// <summary>Why nothing can be written to a file or a folder that exists; null: it can.</summary>
    public static string? WhyNotWritable(string path)
    {
        return LibC.access(path, LibC.W_OK) < 0 ? SystemCallException.LastError() : null;
    }

    private static string? Obstacle(string path)
    {
        if (Directory.Exists(path))
        {
            return "it is a folder";
        }

        // Not opened: a reader at the other end of a pipe would take that for the report.
        if (File.Exists(path))
        {
            return WhyNotWritable(path);
        }

        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            return $"there is no folder {folder}";
        }

        try
        {
            File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write).Dispose();
            File.Delete(path);
            return null;
        }
        catch (FileNotFoundException)
        {
            return $"{folder} takes no new files"; // Such as /proc.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
