// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Confirming;

/// <summary>What ended a wait.</summary>
public enum WaitEnd
{
    /// <summary>Somebody decided: the file says how.</summary>
    Decided,

    /// <summary>The person at the terminal pressed Enter.</summary>
    Enter,

    /// <summary>The time is over.</summary>
    TimeIsOver,
}

/// <summary>Waits for a decision about a confirmation: a change of its file, Enter, or the end of its time.</summary>
internal static partial class ConfirmationWait
{
    private const int NonBlockingCloseOnExec = 0x800 | 0x80000; // IN_NONBLOCK, IN_CLOEXEC of sys/inotify.h
    private const uint MovedOrDeleted = 0x80 | 0x200; // IN_MOVED_TO, IN_DELETE
    private const short Readable = 1; // POLLIN of poll.h
    private const int Input = 0;
    private const int NanosecondsPerMillisecond = 1_000_000;

    /// <summary>Waits.</summary>
    /// <param name="folder">The folder of the file.</param>
    /// <param name="deadline">The end, in nanoseconds of the monotonic clock.</param>
    /// <param name="isDecided">Asked at first and after each change in the folder.</param>
    /// <param name="hearsEnter">Whether Enter on standard input confirms.</param>
    public static WaitEnd Until(string folder, long deadline, Func<bool> isDecided, bool hearsEnter)
    {
        var changes = OpenChanges(NonBlockingCloseOnExec);
        _ = AddWatch(changes, folder, MovedOrDeleted);
        Span<PollEntry> entries = [new(changes), new(hearsEnter ? Input : -1)];
        Span<byte> buffer = stackalloc byte[4096];
        try
        {
            while (!isDecided())
            {
                var left = (deadline - MonotonicClock.Now) / NanosecondsPerMillisecond;
                if (left <= 0)
                {
                    return WaitEnd.TimeIsOver;
                }

                _ = Poll(entries, (nuint)entries.Length, (int)Math.Min(left + 1, int.MaxValue));
                if (entries[0].IsReady)
                {
                    while (Read(changes, buffer, (nuint)buffer.Length) > 0)
                    {
                        // Which change it was does not matter: the file is asked.
                    }
                }

                if (entries[1].IsReady)
                {
                    var count = (int)Read(Input, buffer, (nuint)buffer.Length);
                    if (count > 0 && buffer[..count].Contains((byte)'\n'))
                    {
                        return WaitEnd.Enter;
                    }

                    // The terminal is gone, which confirms nothing.
                    entries[1] = new(count > 0 ? Input : -1);
                }
            }

            return WaitEnd.Decided;
        }
        finally
        {
            _ = Close(changes);
        }
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    private static partial int OpenChanges(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(int descriptor, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(Span<PollEntry> entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, Span<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    /// <summary>struct pollfd of poll(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct PollEntry(int descriptor)
    {
        private readonly int _descriptor = descriptor;
        private readonly short _events = Readable;
        private readonly short _happened = 0;

        /// <summary>Whether it can be read, or is gone.</summary>
        public bool IsReady => _descriptor >= 0 && _happened != 0;
    }
}
