// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LeakVerifier.IntegrationTests.OpenVpn;

namespace LeakVerifier.Bench.ReloadBlast;

/// <summary>Sends datagrams from a namespace as a user, until it is stopped.</summary>
internal sealed partial class Blast : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly long _begun = Stopwatch.GetTimestamp();
    private volatile bool _isStopped;

    /// <param name="space">Where to send from.</param>
    /// <param name="user">As whom.</param>
    /// <param name="target">Where to.</param>
    /// <param name="atOnce">How many between two pauses of a millisecond; 0: as fast as a thread can.</param>
    public Blast(Namespace space, uint user, IPEndPoint target, int atOnce = 0)
    {
        // To the kernel a socket's owner is the user of the thread that made it (fsuid).
        _socket = space.Run(() =>
        {
            _ = SetFileSystemUser(user);
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            _ = SetFileSystemUser(0);
            socket.Connect(target);
            return socket;
        });
        _thread = new Thread(() => Run(atOnce));
        _thread.Start();
    }

    public long Attempts { get; private set; }

    /// <summary>How many the kernel took.</summary>
    public long Taken { get; private set; }

    public double PerSecond { get; private set; }

    public void Stop()
    {
        _isStopped = true;
        _thread.Join();
    }

    public void Dispose()
    {
        Stop();
        _socket.Dispose();
    }

    private void Run(int atOnce)
    {
        using var timer = new PeriodicTimer(Pause);
        while (!_isStopped)
        {
            // send(2) itself: a refusal is a number there, and an exception in .NET, which is a hundred times slower.
            Attempts++;
            Taken += Send(_socket.SafeHandle, "nonce"u8, 5, 0) == 5 ? 1 : 0;
            if (atOnce > 0 && Attempts % atOnce == 0)
            {
                timer.WaitForNextTickAsync().AsTask().Wait();
            }
        }

        PerSecond = Attempts / Stopwatch.GetElapsedTime(_begun).TotalSeconds;
    }

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(SafeHandle socket, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
