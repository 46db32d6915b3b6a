// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace LeakVerifier.Harness.Linux;

/// <summary>
/// A network namespace (network_namespaces(7)). One that is made here has no name anywhere and is gone with the last
/// process that holds it, so a harness that is killed leaves nothing behind.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    private readonly SafeFileHandle _handle;

    private NetworkNamespace(SafeFileHandle handle)
    {
        _handle = handle;
    }

    /// <summary>A path that other programs, such as <c>ip link set netns</c>, take for this namespace.</summary>
    public string Path =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{_handle.DangerousGetHandle()}");

    /// <summary>The number by which this process knows it, for requests to the kernel.</summary>
    internal int Descriptor => (int)_handle.DangerousGetHandle();

    /// <summary>Makes an empty namespace, in which only a loopback interface exists, and that is down.</summary>
    /// <exception cref="SystemCallException">The caller lacks CAP_SYS_ADMIN.</exception>
    public static NetworkNamespace Create()
    {
        NetworkNamespace? created = null;
        Exception? failure = null;

        // A namespace is made by moving a thread into it; that thread must not be one that others use.
        var thread = new Thread(() =>
        {
            try
            {
                created = CreateAndEnter();
            }
            catch (Exception exception) when (exception is SystemCallException or IOException)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return created ?? throw failure!;
    }

    /// <summary>Makes one as above, and leaves the calling thread in it: use a thread of your own.</summary>
    /// <exception cref="SystemCallException">The caller lacks CAP_SYS_ADMIN.</exception>
    internal static NetworkNamespace CreateAndEnter()
    {
        SystemCallException.ThrowIfFailed(LibC.unshare(LibC.CLONE_NEWNET), "creating a network namespace");
        return new NetworkNamespace(File.OpenHandle("/proc/thread-self/ns/net"));
    }

    /// <summary>Takes the network namespace of a running process.</summary>
    /// <param name="process">Its process id, as this process sees it.</param>
    /// <exception cref="IOException">There is no such process.</exception>
    public static NetworkNamespace Of(int process)
    {
        return new NetworkNamespace(File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/ns/net")));
    }

    /// <summary>Moves the calling thread into this namespace. There is no way back: use a thread of your own.</summary>
    internal void Enter()
    {
        SystemCallException.ThrowIfFailed(LibC.setns(_handle, LibC.CLONE_NEWNET), "entering a network namespace");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
    }
}
