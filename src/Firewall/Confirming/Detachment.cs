// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Runtime.InteropServices;
using LeakVerifier.Firewall.Commands;

namespace LeakVerifier.Firewall.Confirming;

/// <summary>
/// A second process of this program that waits for the deadline in a session of its own: it needs neither the terminal
/// nor the process that started it, and a hang-up does not reach it.
/// </summary>
internal static partial class Detachment
{
    private const string Ready = "ready";
    private const int ReadWrite = 2; // O_RDWR of fcntl.h

    /// <summary>Starts this program once more with other arguments, and returns when it is on its own.</summary>
    /// <returns>Whether it is.</returns>
    public static bool Start(string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start);
        return process?.StandardOutput.ReadLine() == Ready;
    }

    /// <summary>Leaves the session of whoever started this process, says so, and lets go of its pipes.</summary>
    public static void Complete()
    {
        _ = CreateSession();
        using (var output = new StreamWriter(StandardStreams.Output))
        {
            output.WriteLine(Ready);
        }

        var nowhere = Open("/dev/null", ReadWrite);
        for (var descriptor = 0; descriptor <= 2; descriptor++)
        {
            _ = Duplicate(nowhere, descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int CreateSession();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);
}
