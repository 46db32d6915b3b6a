// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Sandboxing;

namespace LeakVerifier.Harness.Commands;

/// <summary>Folders over which the sandbox, or a lab's client, has something of its own.</summary>
internal static class HiddenPaths
{
    private static readonly string[] Hidden = [Sandbox.WorkFolder, "/run", "/var/run", "/dev/net"];

    /// <summary>Requires that a path means the same file inside the labs, whatever links lead there.</summary>
    /// <exception cref="CommandException">It would not.</exception>
    public static void Refuse(string option, string? path)
    {
        if (path is null or "-")
        {
            return;
        }

        var full = GivenPath.Full(option, path);
        string[] meanings = [full, GivenPath.Resolve(full)];
        if (Hidden.FirstOrDefault(folder => meanings.Any(meaning => IsIn(meaning, folder))) is { } hidden)
        {
            throw new CommandException(ExitCode.Usage, $"{option} {path}: labs have a {hidden} of their own; give a path elsewhere");
        }
    }

    private static bool IsIn(string path, string folder)
    {
        return IsAtOrBelow(path, folder) || IsAtOrBelow(path, GivenPath.Resolve(folder));
    }

    private static bool IsAtOrBelow(string path, string folder)
    {
        return path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);
    }
}
