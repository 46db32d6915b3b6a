// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using LeakVerifier.Firewall.Rules;

namespace LeakVerifier.Firewall.Nftables;

/// <summary>
/// An empty network namespace, for finding out how the installed nft spells a ruleset once the kernel has it.
/// </summary>
public static partial class ScratchNamespace
{
    private const int NewNetworkNamespace = 0x40000000; // CLONE_NEWNET of linux/sched.h

    /// <summary>Loads a ruleset there and lists it.</summary>
    /// <returns>The listing, or why there is none.</returns>
    public static TableListing List(Ruleset ruleset) => List(ruleset.Script, kernel => kernel.List());

    /// <summary>The same for the rules of the second wall.</summary>
    /// <returns>The listing, or why there is none.</returns>
    public static TableListing ListFrames(FrameRuleset rules) => List(rules.Script(["lo"], []), kernel => kernel.ListFrames());

    private static TableListing List(string script, Func<INftables, TableListing> list)
    {
        return Run(() => ListHere(script, list), failure => new TableListing(Text: null, failure));
    }

    /// <summary>Does some work there, programs that it starts included. The namespace ends with the call.</summary>
    /// <param name="work">The work.</param>
    /// <param name="failed">What it comes to when there is no namespace; takes the reason.</param>
    public static T Run<T>(Func<T> work, Func<string, T> failed)
    {
        T? result = default;
        Exception? failure = null;

        // A thread of its own: unshare(2) moves the calling thread alone, and the namespace goes away with it.
        var thread = new Thread(() =>
        {
            try
            {
                result = RunHere(work, failed);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException(failure.Message, failure);
    }

    private static T RunHere<T>(Func<T> work, Func<string, T> failed)
    {
        if (Unshare(NewNetworkNamespace) == 0)
        {
            return work();
        }

        var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        return failed($"no network namespace to compare in (unshare: {reason})");
    }

    private static TableListing ListHere(string script, Func<INftables, TableListing> list)
    {
        using var kernel = NftablesContext.Open();
        var reply = kernel.Run(script);
        return reply.IsDone ? list(kernel) : new TableListing(Text: null, reply.Error);
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}
