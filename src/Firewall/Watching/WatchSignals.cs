// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Watching;

/// <summary>Signals as something that can be waited for together with sockets.</summary>
internal sealed partial class WatchSignals : IDisposable
{
    private const int CloseOnExecNotWaiting = 0x80000 | 0x800; // EFD_CLOEXEC, EFD_NONBLOCK

    private readonly PosixSignalRegistration[] _registrations;
    private bool _isEndAsked;
    private bool _isReloadAsked;

    public WatchSignals()
    {
        Descriptor = EventDescriptor(0, CloseOnExecNotWaiting);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Note(context, ref _isEndAsked)),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Note(context, ref _isEndAsked)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Note(context, ref _isReloadAsked)),
        ];
    }

    /// <summary>Readable when a signal came; for poll(2).</summary>
    public int Descriptor { get; }

    /// <summary>Whether SIGTERM or SIGINT came.</summary>
    public bool IsEndAsked => Volatile.Read(ref _isEndAsked);

    /// <summary>Whether SIGHUP came since the last call.</summary>
    public bool TakeReload()
    {
        Span<byte> count = stackalloc byte[sizeof(ulong)];
        _ = Read(Descriptor, count, (nuint)count.Length);
        return Interlocked.Exchange(ref _isReloadAsked, false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _ = Descriptors.Close(Descriptor);
    }

    private void Note(PosixSignalContext context, ref bool isAsked)
    {
        context.Cancel = true;
        Volatile.Write(ref isAsked, true);
        _ = Write(Descriptor, BitConverter.GetBytes(1UL), sizeof(ulong));
    }

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, Span<byte> data, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> data, nuint length);
}
