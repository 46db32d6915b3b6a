// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace LeakVerifier.IntegrationTests.OpenVpn;

/// <summary>
/// An anonymous network namespace: a thread that left the host's one. Sockets, tun devices and processes made by
/// <see cref="Run{T}"/> belong to it; it is gone with the thread and them.
/// </summary>
internal sealed partial class Namespace : IDisposable
{
    private const int NewNetworkNamespace = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly string _path;

    public Namespace(string name)
    {
        _thread = new Thread(Work) { Name = name, IsBackground = true };
        _thread.Start();
        _path = Run(() =>
        {
            if (Unshare(NewNetworkNamespace) != 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError(), "unshare: these tests run as root");
            }

            return $"/proc/{Environment.ProcessId}/task/{GetThreadId()}/ns/net";
        });
        Ip("link set lo up");
    }

    /// <summary>Joins two namespaces with a cable.</summary>
    public void Connect(Namespace other, string here, string there)
    {
        Ip($"link add {here} type veth peer name {there} netns {other._path}");
        Ip($"link set {here} up");
        other.Ip($"link set {there} up");
    }

    /// <summary>Runs <c>ip</c> with the arguments and expects it to succeed.</summary>
    public void Ip(string arguments) => Execute("ip", arguments);

    /// <summary>Runs a program to its end in the namespace and expects it to succeed.</summary>
    /// <returns>Its standard output.</returns>
    public string Execute(string program, string arguments)
    {
        var (status, output) = TryExecute(program, arguments);
        return status == 0
            ? output
            : throw new InvalidOperationException($"{program} {arguments} ended with {status} and said: {output}");
    }

    public (int Status, string Output) TryExecute(string program, string arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Run(() => Process.Start(start))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    public void Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    public T Run<T>(Func<T> function)
    {
        if (Thread.CurrentThread == _thread)
        {
            return function();
        }

        T? result = default;
        ExceptionDispatchInfo? failure = null;
        using var done = new ManualResetEventSlim();
        _work.Add(() =>
        {
            try
            {
                result = function();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }

            done.Set();
        });
        done.Wait();
        failure?.Throw();
        return result!;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();
}
