// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy.Configuration;

/// <summary>Reads a file of text, of a size that a configuration can have.</summary>
internal static class TextFile
{
    /// <summary>How long a file may take. As long as it is read, nothing is loaded.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The file's text; null, and what is wrong is added to <paramref name="problems"/>.</summary>
    public static string? Read(string file, List<ConfigurationProblem> problems)
    {
        try
        {
            // What is no regular file, such as a pipe that nobody writes to, may never give anything, and a machine whose
            // firewall waits for it is open. So it is read on a thread that need not end, which takes longer than reading.
            var reading = IsRegular(file)
                ? Task.FromResult(ReadUpToLimit(file))
                : Task.Factory.StartNew(
                    () => ReadUpToLimit(file), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (Task.WaitAny([reading], Patience) < 0)
            {
                problems.Add(new(file, 0,
                    $"cannot be read: it gave nothing for {Patience.TotalSeconds:0} s", "is it a configuration file? Remove it, or mend where it is"));
                return null;
            }

            if (reading.GetAwaiter().GetResult() is { } text)
            {
                // To programs in C the line ends there; to this one the number before it would be the same.
                if (!text.Contains('\0', StringComparison.Ordinal))
                {
                    return text;
                }

                problems.Add(new(file, 0, "a byte of it is 0, so it is no text", "save it as UTF-8, or remove the byte"));
                return null;
            }

            problems.Add(new(file, 0, "the file is larger than 1 MiB", "is it a configuration file?"));
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Add(new(file, 0, $"cannot be read: {exception.Message}", "mend its permissions or remove it"));
            return null;
        }
    }

    /// <summary>Whether it is for sure: pipes, devices and sockets have no length, and a link may lead to one of them.</summary>
    private static bool IsRegular(string file)
    {
        var entry = new FileInfo(file);
        return entry is { Exists: true, Length: > 0, LinkTarget: null };
    }

    /// <summary>Reads no more than a configuration can have: what has no size of its own, such as a device, may never end.</summary>
    /// <returns>Null when there is more.</returns>
    private static string? ReadUpToLimit(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (var length = stream.Read(buffer); length > 0; length = stream.Read(buffer))
        {
            bytes.Write(buffer, 0, length);
            if (bytes.Length > ConfigurationFiles.MaximumFileSize)
            {
                return null;
            }
        }

        bytes.Position = 0;
        using var reader = new StreamReader(bytes);
        return reader.ReadToEnd();
    }
}
