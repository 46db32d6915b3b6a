// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Commands;

/// <summary>Paths as a person gives them.</summary>
internal static class GivenPath
{
    /// <summary>As many as the kernel follows (path_resolution(7)).</summary>
    private const int MostLinks = 40;

    /// <summary>The full path.</summary>
    /// <exception cref="CommandException">It is relative to a folder that is gone.</exception>
    public static string Full(string option, string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (IOException)
        {
            throw new CommandException(
                ExitCode.Usage, $"{option} {path}: the current folder is gone; change to another one, or give a full path");
        }
    }

    /// <summary>Follows all links of a full path, also those to what does not exist (yet).</summary>
    public static string Resolve(string path)
    {
        var resolved = "/";
        var links = 0;
        var left = new Stack<string>(path.Split('/').Reverse());
        while (left.TryPop(out var name))
        {
            var next = name == ".." ? Path.GetDirectoryName(resolved) ?? "/" : Path.Combine(resolved, name is "." ? "" : name);
            if (LinkOf(next) is not { } target || ++links > MostLinks)
            {
                resolved = next;
                continue;
            }

            resolved = target.StartsWith('/') ? "/" : resolved;
            foreach (var part in target.Split('/').Reverse())
            {
                left.Push(part);
            }
        }

        return resolved.Length > 1 ? resolved.TrimEnd('/') : resolved;
    }

    /// <summary>What is linked in /proc is open already, and has no path to go by.</summary>
    private static string? LinkOf(string path)
    {
        return path.StartsWith("/proc/", StringComparison.Ordinal) ? null : new FileInfo(path).LinkTarget;
    }
}
