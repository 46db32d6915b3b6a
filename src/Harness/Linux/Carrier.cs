// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Linux;

/// <summary>
/// When an interface begins to send. Until the kernel has noticed its carrier, which a busy machine puts off, it drops what
/// it is given, and says nothing (net/core/link_watch.c, net/sched/sch_generic.c: noop_qdisc).
/// </summary>
internal static class Carrier
{
    /// <summary>Waits for it.</summary>
    /// <param name="thread">A thread of root in the interface's namespace.</param>
    /// <param name="device">The interface; it was set up, and so was its far end.</param>
    /// <param name="patience">How long it may take.</param>
    /// <exception cref="TimeoutException">It has none by then.</exception>
    public static async Task WaitAsync(NamespaceThread thread, string device, TimeSpan patience)
    {
        var began = TimeProvider.System.GetTimestamp();
        string[] question = ["ip", "-oneline", "link", "show", "dev", device];
        while (!(await ChildProcess.RunAsync(thread, question)).Output.Contains(" state UP ", StringComparison.Ordinal))
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
            {
                throw new TimeoutException($"{device} got no carrier");
            }
        }

        // It says so before it sends (linkwatch_do_dev: rfc2863_policy, then dev_activate), but under one lock, for which
        // whoever changes an interface waits.
        (await ChildProcess.RunAsync(thread, ["ip", "link", "set", "dev", device, "up"])).ThrowIfFailed();
    }
}
