// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Rules;

/// <summary>The end of a base chain: what was not accepted is logged, counted and refused.</summary>
/// <remarks>
/// A chain's policy alone is not enough: the kernel defers a new chain's drop policy until the transaction is finished
/// (nft_chain_commit_drop_policy in net/netfilter/nf_tables_api.c), so a reload with nothing but the policy let 58 and
/// 79 packets out in 100 reloads; with a final rule it let out none.
/// </remarks>
internal static class FinalVerdict
{
    // One log line in six seconds on average: enough to see what is blocked, too little to fill a disk.
    private const string Limit = "limit rate 10/minute burst 20 packets";

    /// <summary>
    /// Tells the sender, so that programs fail at once, and nobody else. "Administratively prohibited" (RFC 1812, RFC 4443)
    /// says that it is by design, which "port unreachable" does not.
    /// </summary>
    public const string RejectSilently = "counter reject with icmpx admin-prohibited";

    /// <summary>Discards silently: towards strangers, and where the sender has been told already.</summary>
    public static string[] Drop(string what, bool isLogged) => [.. Log(what, "", isLogged), "counter drop"];

    /// <summary>Tells the sender, and the log.</summary>
    public static string[] Reject(string what, bool isLogged, string logFlags = "")
    {
        return [.. Log(what, logFlags, isLogged), RejectSilently];
    }

    private static string[] Log(string what, string flags, bool isLogged)
    {
        return isLogged ? [$"{Limit} log prefix \"VPN firewall blocked {what}: \"{flags}"] : [];
    }
}
