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
    private const string Marker = "LEAKVERIFIER_SANDBOX";

    /// <summary>Where a run keeps its files: a file system of its own in memory, seen by nobody else.</summary>
    public const string WorkFolder = "/dev/shm";

    /// <summary>Whether this process is the one inside.</summary>
    public static bool IsInside { get; private set; }

    /// <summary>Makes this process ready for labs if it is the one inside.</summary>
    public static void Enter()
    {
        if (Environment.GetEnvironmentVariable(Marker) is null)
        {
            return;
        }

        Environment.SetEnvironmentVariable(Marker, null);
        IsInside = true;
        Lifeline.Attach();
        PrivateMounts.PrepareSandbox();
    }

    /// <summary>Starts the process inside with the same arguments and waits for it.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="SystemCallException">Not privileged.</exception>
    public static int Run(IReadOnlyList<string> arguments)
    {
        // Both calls and the start must be on this thread: it is its child that is born into the namespaces, and it is
        // this thread's end that the child's death signal answers to.
        const int namespaces = LibC.CLONE_NEWPID | LibC.CLONE_NEWNS | LibC.CLONE_NEWNET;
        SystemCallException.ThrowIfFailed(LibC.unshare(namespaces), "making namespaces");
        var self = SelfProgram.Command;
        var start = new ProcessStartInfo(self[0], [.. self.Skip(1), .. arguments])
        {
            RedirectStandardInput = true, // The lifeline.
            UseShellExecute = false,
        };
        start.Environment[Marker] = "1";
        using var inside = Process.Start(start)!;
        using var interrupt = Forward(PosixSignal.SIGINT, inside);
        using var terminate = Forward(PosixSignal.SIGTERM, inside);
        using var hangUp = Forward(PosixSignal.SIGHUP, inside);
        inside.WaitForExit();
        return inside.ExitCode;
    }

    private static PosixSignalRegistration Forward(PosixSignal signal, Process inside)
    {
        return PosixSignalRegistration.Create(signal, context =>
        {
            // A terminal sends its interrupt to both processes; the one inside answers to this only.
            context.Cancel = true;
            _ = LibC.kill(inside.Id, (int)Signal.Terminate);
        });
    }
}
