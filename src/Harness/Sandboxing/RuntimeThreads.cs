// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Harness.Sandboxing;

/// <summary>
/// The threads of .NET's own, started before any thread of ours enters a namespace. A thread inherits namespaces, user and
/// capabilities from whichever thread starts it (clone(2)), and the runtime starts its threads from whichever happens to
/// need one: without this, the pool that runs everything would live in some host of a lab, see its files, and keep it alive.
/// </summary>
internal static class RuntimeThreads
{
    /// <summary>More than are ever busy at once; what is idle costs some kilobytes. No more can be started later.</summary>
    private const int Workers = 64;

    /// <summary>What the waiting thread waits for, for ever.</summary>
    private static readonly ManualResetEvent Never = new(initialState: false);

    /// <summary>Starts them all; call it once. Needs ThreadsToKeepAlive -1, without which idle workers end after 20 s.</summary>
    public static void Start()
    {
        StartWorkers();
        _ = ThreadPool.RegisterWaitForSingleObject(Never, static (_, _) => { }, null, Timeout.Infinite, executeOnlyOnce: true);
        using var fired = new ManualResetEventSlim();
        using var timer = new Timer(_ => fired.Set(), null, dueTime: 0, Timeout.Infinite);
        fired.Wait();
        StartSocketThread();
    }

    private static void StartWorkers()
    {
        ThreadPool.GetMinThreads(out var wanted, out var completions);
        ThreadPool.SetMaxThreads(Workers, Math.Max(Workers, completions));
        ThreadPool.SetMinThreads(Workers, completions);
        // A worker that does something else is there already. Not disposed of: the last of them leave it after this thread.
        ThreadPool.GetAvailableThreads(out var idle, out _);
        var together = new Barrier(idle + 1);
        for (var worker = 0; worker < idle; worker++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static all => all.SignalAndWait(), together, preferLocal: false);
        }

        together.SignalAndWait();

        // As many are to work as before; a maximum is taken at once, a minimum only in the course of time.
        ThreadPool.SetMinThreads(wanted, completions);
        ThreadPool.SetMaxThreads(wanted, Math.Max(Workers, completions));
        ThreadPool.SetMaxThreads(Workers, Math.Max(Workers, completions));
    }

    /// <summary>It begins with the first operation that has to wait.</summary>
    private static void StartSocketThread()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var ended = new CancellationTokenSource();
        Task receiving = socket.ReceiveAsync(new byte[1].AsMemory(), ended.Token).AsTask();
        ended.Cancel();
        receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
    }
}
