// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Iptables;

/// <summary>The end of a wall: what was not accepted is logged and refused. See <see cref="Rules.FinalVerdict"/>.</summary>
internal static class IptablesVerdict
{
    /// <summary>
    /// The kernel cuts a prefix at 29 characters (struct xt_log_info of linux/netfilter/xt_LOG.h), and iptables refuses
    /// a longer one.
    /// </summary>
    public const int LongestPrefix = 29;

    /// <summary>Discards silently.</summary>
    public static string[] Drop(string what, bool log) => [.. Log(what, log), "-j DROP"];

    /// <summary>Tells the sender that it is by design: "administratively prohibited" (RFC 1812, RFC 4443).</summary>
    public static string[] Reject(string what, IpFamily family, bool log, string logFlags = "")
    {
        return [.. Log(what, log).Select(rule => rule + logFlags), RejectSilently(family)];
    }

    /// <summary>Tells the sender, and nobody else.</summary>
    public static string RejectSilently(IpFamily family)
    {
        return "-j REJECT --reject-with " + (family == IpFamily.IPv6 ? "icmp6-adm-prohibited" : "icmp-admin-prohibited");
    }

    private static string[] Log(string what, bool log)
    {
        var prefix = $"VPN firewall blocked {what}: ";
        prefix = prefix.Length > LongestPrefix ? prefix.TrimEnd() : prefix;
        return log ? [$"-m limit --limit 10/min --limit-burst 20 -j LOG --log-prefix \"{prefix}\""] : [];
    }
}
