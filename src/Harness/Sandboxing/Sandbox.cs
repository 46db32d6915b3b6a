// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Runtime.InteropServices;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Sandboxing;

/// <summary>
/// Runs the harness a second time, as the first process of process-id, mount and network namespaces of its own. When
/// it ends, for whatever reason, the kernel ends everything in them: no process, interface or mount can outlive a
/// harness that was killed. Nothing it does can reach the machine's own network either.
/// </summary>
public static class Sandbox
{
    /// <summary>
    /// The first argument of the process inside; the starter's process and mount namespace follow. Not a variable, which
    /// an environment may carry to where it is not true.
    /// </summary>
    private const string Verb = "in-sandbox";

    /// <summary>Where a run keeps its files: a file system of its own in memory, seen by nobody else.</summary>
    public const string WorkFolder = "/dev/shm";

    /// <summary>Whether this process is the one inside.</summary>
    public static bool IsInside { get; private set; }

    /// <summary>Makes this process ready for labs if it is the one inside.</summary>
    /// <param name="arguments">The command line.</param>
    /// <returns>The command line that the process outside was given.</returns>
    public static IReadOnlyList<string> Enter(IReadOnlyList<string> arguments)
    {
        if (arguments is not [Verb, var starter, var mounts, ..] || !IsStartedBy(starter, mounts))
        {
            return arguments;
        }

        IsInside = true;
        _ = SelfProgram.Command;

        // What a terminal sends to its foreground processes is for the one outside: the programs of a lab would die of an
        // interrupt before anybody knows that it is one. Not a mere process group, which a terminal may stop for writing.
        SystemCallException.ThrowIfFailed(LibC.setsid(), "beginning a session");
        Lifeline.Attach();
        PrivateMounts.PrepareSandbox();
        RuntimeThreads.Start();
        return [.. arguments.Skip(3)];
    }

    /// <summary>Starts the process inside with the same arguments and waits for it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="keepsProcessIds">Whether it stays in this process-id namespace. A container can be entered only from
    /// an ancestor of its own namespace (pid_namespaces(7)); what is started in one ends with it instead.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="SystemCallException">Not privileged.</exception>
    public static int Run(IReadOnlyList<string> arguments, bool keepsProcessIds = false)
    {
        var self = SelfProgram.Command;
        var start = new ProcessStartInfo(self[0], [.. self.Skip(1), Verb, OwnProcess(), OwnMounts(), .. arguments])
        {
            RedirectStandardInput = true, // The lifeline.
            UseShellExecute = false,
        };

        // The process inside answers to what is forwarded only. Asking for the signals also starts the runtime's signal
        // thread, which could not be started below.
        var gate = new Lock();
        Process? inside = null;
        var early = 0;
        void Forward(PosixSignalContext context)
        {
            context.Cancel = true;
            lock (gate)
            {
                if (inside is null)
                {
                    early++;
                    return;
                }

                Lifeline.Interrupt(inside);
            }
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Forward);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Forward);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Forward);
        var started = StartInNewNamespaces(start, keepsProcessIds ? 0 : LibC.CLONE_NEWPID);
        lock (gate)
        {
            inside = started;
            for (; early > 0; early--)
            {
                Lifeline.Interrupt(inside);
            }
        }

        inside.WaitForExit();
        return inside.ExitCode;
    }

    /// <summary>Whether another process started this one, in other mounts than its own: those here are nobody else's then.</summary>
    private static bool IsStartedBy(string starter, string mounts)
    {
        const string parent = "PPid:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(parent, StringComparison.Ordinal));
        return line[parent.Length..].Trim() == starter && OwnMounts() != mounts;
    }

    /// <summary>This process's id as /proc has it, which also names parents in other process-id namespaces.</summary>
    private static string OwnProcess() => new FileInfo("/proc/self").LinkTarget!;

    private static string OwnMounts() => new FileInfo("/proc/self/ns/mnt").LinkTarget!;

    /// <summary>
    /// Starts a process as the first of new namespaces. It is a child of the calling thread, whose end its death signal
    /// answers to: call this on a thread that lives as long as the process.
    /// </summary>
    private static Process StartInNewNamespaces(ProcessStartInfo start, int processIds)
    {
        // A thread that has asked for a new process-id namespace cannot start threads (clone(2), EINVAL), so it goes back
        // to the old one as soon as the child is born.
        using var own = File.OpenHandle("/proc/thread-self/ns/pid");
        const int namespaces = LibC.CLONE_NEWNS | LibC.CLONE_NEWNET;
        SystemCallException.ThrowIfFailed(LibC.unshare(namespaces | processIds), "making namespaces");
        var process = Process.Start(start)!;
        SystemCallException.ThrowIfFailed(LibC.setns(own, LibC.CLONE_NEWPID), "returning to the process-id namespace");
        return process;
    }
}
