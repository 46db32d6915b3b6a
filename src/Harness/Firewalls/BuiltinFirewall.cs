// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Firewalls;

/// <summary>Our own firewall, behind the same folder contract as anybody else's.</summary>
internal static class BuiltinFirewall
{
    private const string Program = "vpn-firewall";

    /// <summary>Where the client's image has the program.</summary>
    public const string ProgramInImage = "/usr/sbin/" + Program;

    /// <summary>Writes the folder.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="program">The program as the client sees it.</param>
    public static FirewallFolder Unpack(string folder, string program)
    {
        Directory.CreateDirectory(folder);
        Write(folder, "up", $"exec '{program}' start --config \"$LV_CONFIG\"");
        Write(folder, "reload", $"exec '{program}' reload --config \"$LV_CONFIG\"");
        Write(folder, "watch", $"exec '{program}' watch --config \"$LV_CONFIG\"");
        Write(folder, "stop", $"exec '{program}' stop");
        Write(folder, "down", $"exec '{program}' flush --config \"$LV_CONFIG\"");
        return new FirewallFolder(FirewallFolder.Builtin, folder);
    }

    /// <summary>The program on this machine.</summary>
    /// <exception cref="FirewallNotUsableException">It is not installed.</exception>
    public static string FindProgram()
    {
        // Beside this program, where both are built to, before what may be installed.
        var folders = new[] { AppContext.BaseDirectory, "/usr/sbin", "/usr/local/sbin", "/usr/bin" };
        return folders.Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists)
            ?? throw new FirewallNotUsableException(
                $"--firewall builtin: the program {Program} is not beside this program nor installed; build it with ./verify.sh");
    }

    private static void Write(string folder, string name, string command)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{command}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
