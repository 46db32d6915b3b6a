// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Watching;

/// <summary>The process at the other end of the watch's socket.</summary>
internal static partial class WatchProcess
{
    private const int OpenProcess = 434; // pidfd_open(2)
    private const int SendSignal = 424; // pidfd_send_signal(2)
    private const int Kill = 9; // SIGKILL
    private const int PatienceMilliseconds = 5000;

    /// <summary>Kills it, and waits until it is gone.</summary>
    public static void End(Socket watch)
    {
        const int socketLevel = 1, peer = 17; // SOL_SOCKET, SO_PEERCRED of unix(7)
        Span<byte> credentials = stackalloc byte[12]; // struct ucred begins with the process
        watch.GetRawSocketOption(socketLevel, peer, credentials);
        var descriptor = (int)Syscall(OpenProcess, BitConverter.ToInt32(credentials), 0, 0, 0);
        if (descriptor < 0)
        {
            return; // it is gone
        }

        // The descriptor is of the process that has the number now. As long as the watch's end of the socket is open,
        // that is the watch: numbers of living processes are not given twice.
        if (!watch.Poll(0, SelectMode.SelectRead) || watch.Available > 0)
        {
            _ = Syscall(SendSignal, descriptor, Kill, 0, 0);
        }

        var ended = new Descriptors.Entry { Descriptor = descriptor, Wanted = Descriptors.Readable };
        _ = Descriptors.Wait(new Span<Descriptors.Entry>(ref ended), PatienceMilliseconds);
        _ = Descriptors.Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint first, nint second, nint third, nint fourth);
}
