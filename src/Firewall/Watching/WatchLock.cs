// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LeakVerifier.Firewall.Watching;

/// <summary>
/// Proves that a watch lives: the kernel releases the lock when its holder ends, however it ends. The number in the
/// file alone proves nothing.
/// </summary>
public sealed partial class WatchLock : IDisposable
{
    private const int ReadWriteCreateCloseOnExec = 0x2 | 0x40 | 0x80000; // of fcntl.h
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180; // 0600
    private const int ExclusiveNow = 2 | 4; // LOCK_EX, LOCK_NB

    // Who asks whether a watch lives has the lock for a moment.
    private const int Attempts = 5;
    private const int Moment = 10; // milliseconds

    private readonly int _descriptor;

    private WatchLock(int descriptor)
    {
        _descriptor = descriptor;
    }

    /// <summary>Takes the lock and notes this process.</summary>
    /// <returns>Null when a watch has it.</returns>
    public static WatchLock? TryTake(string path)
    {
        var descriptor = Open(path, ReadWriteCreateCloseOnExec, OwnerOnly);
        if (descriptor < 0)
        {
            throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        for (var attempt = 1; Flock(descriptor, ExclusiveNow) != 0; attempt++)
        {
            if (attempt == Attempts)
            {
                _ = Close(descriptor);
                return null;
            }

            _ = Descriptors.Wait([], Moment);
        }

        // Not by .NET, whose files have locks of this kind of their own.
        var process = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        _ = Truncate(descriptor, 0);
        _ = Write(descriptor, process, (nuint)process.Length);
        return new WatchLock(descriptor);
    }

    /// <summary>The number of the process that has, or had, the lock.</summary>
    public static string Holder(string path)
    {
        var descriptor = Open(path, ReadWriteCreateCloseOnExec, OwnerOnly);
        Span<byte> text = stackalloc byte[32];
        var length = (int)Read(descriptor, text, (nuint)text.Length);
        _ = Close(descriptor);
        return Encoding.ASCII.GetString(text[..Math.Max(length, 0)]).Trim();
    }

    /// <summary>Whether a watch has the lock.</summary>
    public static bool IsTaken(string path)
    {
        var descriptor = Open(path, ReadOnlyCloseOnExec, 0);
        if (descriptor < 0)
        {
            return false;
        }

        var isTaken = Flock(descriptor, ExclusiveNow) != 0;
        _ = Close(descriptor);
        return isTaken;
    }

    /// <inheritdoc/>
    public void Dispose() => _ = Close(_descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Flock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "ftruncate")]
    private static partial int Truncate(int descriptor, nint length);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, Span<byte> data, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> data, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
