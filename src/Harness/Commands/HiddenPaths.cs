// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Sandboxing;

namespace LeakVerifier.Harness.Commands;

/// <summary>Folders over which the sandbox, or a lab's client, has something of its own.</summary>
internal static class HiddenPaths
{
    private static readonly string[] Hidden = [Sandbox.WorkFolder, "/run", "/var/run", "/dev/net"];

    /// <summary>Requires that a path means the same file inside the labs.</summary>
    /// <exception cref="CommandException">It would not.</exception>
    public static void Refuse(string option, string? path)
    {
        if (path is null or "-")
        {
            return;
        }

        var full = Path.GetFullPath(path);
        if (Hidden.FirstOrDefault(folder => full == folder || full.StartsWith(folder + "/", StringComparison.Ordinal)) is { } hidden)
        {
            throw new CommandException(ExitCode.Usage, $"{option} {path}: labs have a {hidden} of their own; give a path elsewhere");
        }
    }
}
