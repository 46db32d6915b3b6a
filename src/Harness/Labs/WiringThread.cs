// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Labs;

/// <summary>
/// A thread on which one lab is made, from its first namespace to its last route, and which then ends. It goes from host to
/// host by itself and before all other work: handing each step to a thread of the host's would have every one of them wait
/// behind the traffic of the labs that run already.
/// </summary>
internal static class WiringThread
{
    private const int OfThread = 0; // PRIO_PROCESS
    private const int Highest = -20;
    private const int ResetOnFork = 0x40000000; // SCHED_RESET_ON_FORK, sched(7): what it starts has the usual priority

    /// <summary>Runs a piece of work on a thread of its own.</summary>
    /// <param name="work">It may block, and may move the thread to other namespaces.</param>
    public static Task<T> RunAsync<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Prefer();
            try
            {
                completion.SetResult(work());
            }
#pragma warning disable CA1031 // Whatever the work throws belongs to its caller, who awaits it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                completion.SetException(exception);
            }
        })
        { Name = "wiring", IsBackground = true }.Start();
        return completion.Task;
    }

    // Where that is not allowed, it waits its turn.
    private static void Prefer()
    {
        if (LibC.sched_setscheduler(OfThread, ResetOnFork, 0) == 0)
        {
            _ = LibC.setpriority(OfThread, 0, Highest);
        }
    }
}
