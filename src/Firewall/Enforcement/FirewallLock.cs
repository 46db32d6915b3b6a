// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>
/// Lets one vpn-firewall at a time load and read back. The kernel's transactions need no lock, but without one a
/// second process could replace the rules between the first one's loading and reading.
/// </summary>
/// <remarks>
/// The kernel releases the lock when its holder ends, however it ends. A lock that cannot be had is no reason to leave
/// a machine open, so waiting is bounded and failure is silent.
/// </remarks>
public sealed partial class FirewallLock : IDisposable
{
    /// <summary>Where the lock's file is. Only root can write there, so nobody else can hold it.</summary>
    public const string DefaultPath = "/run/vpn-firewall.lock";

    private const int ReadWriteCreateCloseOnExec = 0x2 | 0x40 | 0x80000; // of fcntl.h
    private const int OwnerOnly = 0x180; // 0600
    private const int Exclusive = 2; // LOCK_EX
    private const int NonBlocking = 4; // LOCK_NB

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly int _descriptor;

    private FirewallLock(int descriptor)
    {
        _descriptor = descriptor;
    }

    /// <summary>Takes the lock, or goes on without it after ten seconds or when the file cannot be opened.</summary>
    public static FirewallLock Take(string path = DefaultPath)
    {
        var descriptor = Open(path, ReadWriteCreateCloseOnExec, OwnerOnly);
        if (descriptor >= 0 && Flock(descriptor, Exclusive | NonBlocking) != 0)
        {
            var waiter = new Thread(() => _ = Flock(descriptor, Exclusive)) { IsBackground = true };
            waiter.Start();
            waiter.Join(Patience);
        }

        return new FirewallLock(descriptor);
    }

    /// <summary>Takes the lock if nobody has it; null: somebody has.</summary>
    public static FirewallLock? TryTake(string path)
    {
        var descriptor = Open(path, ReadWriteCreateCloseOnExec, OwnerOnly);
        if (descriptor < 0 || Flock(descriptor, Exclusive | NonBlocking) == 0)
        {
            return new FirewallLock(descriptor);
        }

        _ = Close(descriptor);
        return null;
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose()
    {
        if (_descriptor >= 0)
        {
            _ = Close(_descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Flock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
