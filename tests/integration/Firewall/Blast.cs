// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>Sends datagrams as fast as a thread can, until it is stopped.</summary>
internal sealed partial class Blast : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _isStopped;

    public Blast(Socket socket)
    {
        // send(2) itself: a refusal is a number there, and an exception in .NET, which is a hundred times slower.
        _thread = new Thread(() =>
        {
            while (!_isStopped)
            {
                Attempts++;
                Taken += Send(socket.SafeHandle, "nonce"u8, 5, 0) == 5 ? 1 : 0;
            }
        });
        _thread.Start();
    }

    public long Attempts { get; private set; }

    /// <summary>How many the kernel took.</summary>
    public long Taken { get; private set; }

    public void Stop()
    {
        _isStopped = true;
        _thread.Join();
    }

    public void Dispose() => Stop();

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(SafeHandle socket, ReadOnlySpan<byte> data, nuint length, int flags);
}
