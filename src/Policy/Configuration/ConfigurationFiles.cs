// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy.Configuration;

/// <summary>Finds the configuration files and reads them in order; a later assignment replaces an earlier one.</summary>
public static class ConfigurationFiles
{
    /// <summary>Where the configuration is looked for, in this order. The second is where Qubes OS keeps it.</summary>
    public static IReadOnlyList<string> DefaultFolders { get; } =
        ["/etc/vpn-firewall.d", "/rw/config/vpn-firewall.d"];

    /// <summary>The largest file that is read, in bytes: no configuration comes near it.</summary>
    public const long MaximumFileSize = 1 << 20;

    /// <summary>Reads <c>*.conf</c> of the default folders, or of <paramref name="path"/>.</summary>
    /// <param name="path">A file or folder that replaces the default folders; null for those.</param>
    /// <param name="users">Where user names are looked up; null for <c>/etc/passwd</c>.</param>
    public static ConfigurationResult Read(string? path = null, UserDirectory? users = null)
    {
        return Read(new ConfigurationRequest { Path = path, Users = users ?? new UserDirectory() });
    }

    /// <summary>Reads what is asked for.</summary>
    public static ConfigurationResult Read(ConfigurationRequest request)
    {
        var problems = new List<ConfigurationProblem>();
        var files = Find(request.Path, problems);
        var assignments = new List<Assignment>();
        foreach (var file in files)
        {
            if (TextFile.Read(file, problems) is { } text)
            {
                assignments.AddRange(AssignmentReader.Read(file, text, problems));
            }
        }

        return PolicyBuilder.Build(assignments, problems, [.. files], request);
    }

    /// <summary>Reads a configuration that is already in memory.</summary>
    /// <param name="name">What problems call it.</param>
    /// <param name="text">Its text.</param>
    /// <param name="users">Where user names are looked up; null for <c>/etc/passwd</c>.</param>
    public static ConfigurationResult Parse(string name, string text, UserDirectory? users = null)
    {
        var problems = new List<ConfigurationProblem>();
        var assignments = AssignmentReader.Read(name, text, problems).ToList();
        return PolicyBuilder.Build(
            assignments, problems, [name], new ConfigurationRequest { Users = users ?? new UserDirectory() });
    }

    private static List<string> Find(string? path, List<ConfigurationProblem> problems)
    {
        if (path is null)
        {
            return [.. DefaultFolders.Where(Directory.Exists).SelectMany(folder => FilesOf(folder, problems))];
        }

        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            problems.Add(new(path, 0, "no such file or folder", "give --config a file, or a folder with *.conf files"));
            return [];
        }

        var before = problems.Count;
        var files = FilesOf(path, problems);
        if (files.Count == 0 && problems.Count == before)
        {
            problems.Add(new(path, 0, "the folder has no *.conf file", "add one, or give --config a file"));
        }

        return files;
    }

    private static List<string> FilesOf(string folder, List<ConfigurationProblem> problems)
    {
        try
        {
            // The shell's glob, which the original used: hidden files left out, in the order of bytes.
            return
            [
                .. Directory.EnumerateFiles(folder, "*.conf")
                    .Where(file => !Path.GetFileName(file).StartsWith('.'))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(folder, 0, $"cannot be read: {exception.Message}", "mend its permissions"));
            return [];
        }
    }
}
