// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Watching;

/// <summary>Waits for several descriptors at once, sockets of .NET and others (poll(2)).</summary>
internal static partial class Descriptors
{
    /// <summary>POLLIN</summary>
    public const short Readable = 1;

    /// <summary>One that is waited for: <c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Entry
    {
        /// <summary>The descriptor.</summary>
        public int Descriptor;

        /// <summary>What is waited for.</summary>
        public short Wanted;

        /// <summary>What happened; 0: nothing.</summary>
        public short Happened;
    }

    /// <summary>Waits until something happens, a signal arrives, or the time is over.</summary>
    /// <param name="entries">What to wait for.</param>
    /// <param name="milliseconds">How long; -1: for ever.</param>
    /// <returns>How many have something.</returns>
    public static int Wait(Span<Entry> entries, int milliseconds) => Poll(entries, (nuint)entries.Length, milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(Span<Entry> entries, nuint count, int milliseconds);
}
