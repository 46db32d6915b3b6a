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

    /// <summary>Loads a ruleset there and lists it. The namespace ends with the call.</summary>
    /// <returns>The listing, or why there is none.</returns>
    public static TableListing List(Ruleset ruleset) => List(ruleset.Script, kernel => kernel.List());

    /// <summary>The same for the rules of the second wall.</summary>
    /// <returns>The listing, or why there is none.</returns>
    public static TableListing ListFrames(FrameRuleset rules) => List(rules.Script(["lo"], []), kernel => kernel.ListFrames());

    private static TableListing List(string script, Func<INftables, TableListing> list)
    {
        var listing = new TableListing(Text: null, Error: null);

        // A thread of its own: unshare(2) moves the calling thread alone, and the namespace goes away with it.
        var thread = new Thread(() => listing = ListHere(script, list));
        thread.Start();
        thread.Join();
        return listing;
    }

    private static TableListing ListHere(string script, Func<INftables, TableListing> list)
    {
        if (Unshare(NewNetworkNamespace) != 0)
        {
            var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            return new TableListing(Text: null, $"no network namespace to compare in (unshare: {reason})");
        }

        using var kernel = NftablesContext.Open();
        var reply = kernel.Run(script);
        return reply.IsDone ? list(kernel) : new TableListing(Text: null, reply.Error);
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}
