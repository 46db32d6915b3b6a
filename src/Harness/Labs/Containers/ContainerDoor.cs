// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using LeakVerifier.Harness.Linux;
using Microsoft.Win32.SafeHandles;

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>
/// The way into a running container: a thread that goes through it, and every program started there, has the container's
/// files, network, host name and process ids, and no capability that the container has not.
/// </summary>
/// <remarks>
/// This is what the engine's own <c>exec</c> does, without its 60 ms or more for each program, and with the harness as the
/// parent, which can signal and await what it started. The engine's filter of system calls is not applied again.
/// </remarks>
internal sealed class ContainerDoor : IDisposable
{
    /// <summary>Number of pidfd_open(2), the same on every architecture since Linux 5.3.</summary>
    private const int PidFdOpen = 434;

    /// <summary>More than there are capabilities: the kernel refuses the first that it does not know.</summary>
    private const int CapabilityLimit = 64;

    private const int AllButProcessIds = LibC.CLONE_NEWNS | LibC.CLONE_NEWNET | LibC.CLONE_NEWIPC
        | LibC.CLONE_NEWUTS | LibC.CLONE_NEWCGROUP;

    private readonly SafeFileHandle _container;

    /// <summary>The harness's own process-id namespace, opened while its /proc is in sight.</summary>
    private readonly SafeFileHandle _own = File.OpenHandle("/proc/self/ns/pid");

    private readonly ImmutableArray<Capability> _capabilities;

    private ContainerDoor(SafeFileHandle container, ImmutableArray<Capability> capabilities)
    {
        _container = container;
        _capabilities = capabilities;
    }

    /// <summary>Opens the way into a container.</summary>
    /// <param name="id">The container's id.</param>
    /// <param name="process">Its first process.</param>
    /// <param name="capabilities">What programs in it may do.</param>
    /// <exception cref="ContainerException">The process is not the container's as seen from here.</exception>
    public static ContainerDoor Open(string id, int process, ImmutableArray<Capability> capabilities)
    {
        var descriptor = LibC.syscall(PidFdOpen, process, 0, 0);
        if (descriptor < 0)
        {
            throw Invisible(id, process);
        }

        var door = new ContainerDoor(new SafeFileHandle(descriptor, ownsHandle: true), capabilities);
        try
        {
            // In another process-id namespace than the engine's, the same number is somebody else's process.
            var groups = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cgroup"));
            return groups.Contains(id, StringComparison.Ordinal) ? door : throw Invisible(id, process);
        }
        catch (IOException)
        {
            door.Dispose();
            throw Invisible(id, process);
        }
        catch
        {
            door.Dispose();
            throw;
        }
    }

    /// <summary>Leads the calling thread in. There is no way back: use a thread of your own.</summary>
    /// <exception cref="SystemCallException">The container has ended, or the caller is not privileged.</exception>
    public void Enter()
    {
        // A thread's root folder is shared with its process until it says otherwise.
        SystemCallException.ThrowIfFailed(LibC.unshare(LibC.CLONE_FS), "separating a thread's root folder");
        SystemCallException.ThrowIfFailed(LibC.setns(_container, AllButProcessIds), "entering a container");
        SystemCallException.ThrowIfFailed(
            LibC.prctl(LibC.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "giving up new privileges");

        // What root's programs get is the bounding set (capabilities(7)); the thread itself stays able to start them.
        for (nuint number = 0; number < CapabilityLimit; number++)
        {
            if (!_capabilities.Contains((Capability)number) && LibC.prctl(LibC.PR_CAPBSET_DROP, number) < 0)
            {
                break;
            }
        }
    }

    /// <summary>Starts a process in the container, from a thread that has entered it.</summary>
    /// <exception cref="SystemCallException">The container has ended.</exception>
    public Process Start(ProcessStartInfo start)
    {
        // A thread that has asked for another process-id namespace cannot start threads (clone(2), EINVAL), and the runtime
        // may want one at any time: so it goes back as soon as the child is born.
        SystemCallException.ThrowIfFailed(LibC.setns(_container, LibC.CLONE_NEWPID), "entering a container's process ids");
        try
        {
            return Process.Start(start)!;
        }
        finally
        {
            SystemCallException.ThrowIfFailed(LibC.setns(_own, LibC.CLONE_NEWPID), "returning to the process-id namespace");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _container.Dispose();
        _own.Dispose();
    }

    private static ContainerException Invisible(string id, int process)
    {
        return new ContainerException(
            $"container {id[..12]}: its process {process} is not visible from here; when the harness itself runs in a container, start that with --pid=host");
    }
}
