// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Enforcement;

namespace LeakVerifier.Firewall.Watching;

/// <summary>
/// Where the watch of this network namespace keeps its lock, its socket and its report. Namespaces that share a file
/// system (containers, labs) do not share a watch.
/// </summary>
public static class RunFolder
{
    /// <summary>The folder; it may not exist.</summary>
    public static string Path { get; } = $"/run/vpn-firewall/net-{NetworkNamespace.Number}";

    /// <summary>Locked as long as a watch lives; holds its process number.</summary>
    public static string Lock => System.IO.Path.Combine(Path, "watch.lock");

    /// <summary>Where the watch is asked.</summary>
    public static string Socket => System.IO.Path.Combine(Path, "watch.sock");

    /// <summary>What the watch reports.</summary>
    public static string Report => System.IO.Path.Combine(Path, "watch.json");

    /// <summary>Makes the folder: for root only, since whoever can connect to the socket can open the machine.</summary>
    public static void Create()
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(Path, ownerOnly);
    }
}
