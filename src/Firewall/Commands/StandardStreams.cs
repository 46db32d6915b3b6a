// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// The three descriptors that every program counts on. Whoever starts this one may have closed them, which is no reason
/// to leave a machine open.
/// </summary>
internal static partial class StandardStreams
{
    private const int OutputNumber = 1, Last = 2;
    private const int GetFlags = 1; // F_GETFD of fcntl.h
    private const int ReadWrite = 2; // O_RDWR of fcntl.h

    /// <summary>Standard output.</summary>
    public static Stream Output => new DescriptorStream(OutputNumber);

    /// <summary>Standard error.</summary>
    public static Stream Error => new DescriptorStream(Last);

    /// <summary>
    /// Puts /dev/null where one is missing. To be called first: otherwise a socket gets the number, and what is said to
    /// people is written into it.
    /// </summary>
    /// <remarks>
    /// The runtime may have given a number to a file of its own by then, which it reads only: what is said is lost there.
    /// </remarks>
    public static void Ensure()
    {
        for (var descriptor = 0; descriptor <= Last; descriptor++)
        {
            if (Control(descriptor, GetFlags) < 0)
            {
                // open(2) gives the lowest number that is free, which is this one.
                _ = Open("/dev/null", ReadWrite);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
