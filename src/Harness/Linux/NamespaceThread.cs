// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LeakVerifier.Harness.Linux;

/// <summary>
/// A thread that lives in a network namespace, optionally as another user. Sockets opened and processes started on it
/// belong to the namespace, and the kernel's owner match (<c>meta skuid</c>) sees its user; they can be used from any
/// thread afterwards.
/// </summary>
public sealed class NamespaceThread : IDisposable
{
    // A blocking collection spins before it waits, which a lab's hundred ticks a second make a tenth of the machine's time.
    private readonly Queue<Action<Exception?>> _work = [];
    private bool _isClosed;
    private readonly Thread _thread;
    private readonly Func<ProcessStartInfo, Process> _start;

    /// <summary>Starts the thread. That it cannot be what it is to be is said to whoever gives it work.</summary>
    /// <param name="networkNamespace">Where the thread lives.</param>
    /// <param name="name">What it is called in a debugger.</param>
    /// <param name="uid">The user (and group) it plays; null: the harness's own, root. A user other than root has no
    /// capability left.</param>
    /// <param name="prepare">What the thread does first, still as root: for example give itself other mounts.</param>
    /// <param name="start">How it starts a process; null: as usual.</param>
    public NamespaceThread(
        NetworkNamespace networkNamespace,
        string name,
        uint? uid = null,
        Action? prepare = null,
        Func<ProcessStartInfo, Process>? start = null)
    {
        Uid = uid ?? 0;
        _start = start ?? (info => Process.Start(info)!);
        _thread = new Thread(() => Run(networkNamespace, uid, prepare)) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>The user that owns what is opened here.</summary>
    public uint Uid { get; }

    /// <summary>Runs a piece of work on the thread.</summary>
    /// <param name="work">Short and synchronous: it holds up all other work of the thread.</param>
    /// <exception cref="SystemCallException">The thread could not enter the namespace or become the user.</exception>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(failure =>
        {
            try
            {
                completion.SetResult(failure is null ? work() : throw failure);
            }
#pragma warning disable CA1031 // Whatever the work throws belongs to its caller, who awaits it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                completion.SetException(exception);
            }
        });
        return completion.Task;
    }

    /// <summary>Runs a piece of work on the thread.</summary>
    public Task RunAsync(Action work)
    {
        return RunAsync(() =>
        {
            work();
            return true;
        });
    }

    /// <summary>Starts a process, which inherits the namespaces and the user of the thread.</summary>
    public Task<Process> StartAsync(ProcessStartInfo start)
    {
        return RunAsync(() => _start(start));
    }

    /// <summary>Ends the thread once the work that was given to it is done.</summary>
    public void Dispose()
    {
        lock (_work)
        {
            _isClosed = true;
            Monitor.Pulse(_work);
        }

        _thread.Join();
    }

    private void Add(Action<Exception?> work)
    {
        lock (_work)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _work.Enqueue(work);
            Monitor.Pulse(_work);
        }
    }

    /// <returns>Null once the thread is to end and all work is done.</returns>
    private Action<Exception?>? Take()
    {
        lock (_work)
        {
            while (_work.Count == 0)
            {
                if (_isClosed)
                {
                    return null;
                }

                Monitor.Wait(_work);
            }

            return _work.Dequeue();
        }
    }

    private void Run(NetworkNamespace networkNamespace, uint? uid, Action? prepare)
    {
        Exception? failure = null;
        try
        {
            networkNamespace.Enter();
            prepare?.Invoke();
            if (uid is { } user)
            {
                BecomeUser(user);
            }
        }
        catch (SystemCallException exception)
        {
            failure = exception;
        }

        while (Take() is { } work)
        {
            work(failure);
        }
    }

    private static void BecomeUser(uint uid)
    {
        var numbers = CredentialCalls.OfThisMachine;
        SystemCallException.ThrowIfFailed(LibC.syscall(numbers.SetGroups, 0, 0, 0), "dropping groups");
        SystemCallException.ThrowIfFailed(
            LibC.syscall(numbers.SetResGid, (nint)uid, (nint)uid, (nint)uid), "changing a thread's group");
        SystemCallException.ThrowIfFailed(
            LibC.syscall(numbers.SetResUid, (nint)uid, (nint)uid, (nint)uid), "changing a thread's user");
    }

    /// <summary>System call numbers (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).</summary>
    private sealed record CredentialCalls(nint SetResUid, nint SetResGid, nint SetGroups)
    {
        public static CredentialCalls OfThisMachine { get; } = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => new(117, 119, 116),
            Architecture.Arm64 => new(147, 149, 159),
            var other => throw new PlatformNotSupportedException($"no system call numbers for {other}"),
        };
    }
}
