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
    /// <param name="name">Which of its backends: what <c>--firewall</c> calls it.</param>
    public static FirewallFolder Unpack(string folder, string program, string name)
    {
        var backend = name == FirewallFolder.BuiltinIptables ? " --backend iptables" : "";
        Directory.CreateDirectory(folder);
        Write(folder, "up", $"exec '{program}' start{backend} --config \"$LV_CONFIG\"");
        Write(folder, "reload", $"exec '{program}' reload{backend} --config \"$LV_CONFIG\"");
        Write(folder, "stop", $"exec '{program}' stop{backend}");
        Write(folder, "down", $"exec '{program}' flush{backend} --config \"$LV_CONFIG\"");
        if (backend.Length == 0)
        {
            // What iptables loads belongs to nobody: its rules cannot be held.
            Write(folder, "watch", $"exec '{program}' watch --config \"$LV_CONFIG\"");
        }

        return new FirewallFolder(name, folder);
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
