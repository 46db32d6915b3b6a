// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>The interfaces of the calling thread's network namespace.</summary>
internal static class LinkNames
{
    // proc(5): two lines of headings, then "name: counters"
    private const string Table = "/proc/thread-self/net/dev";

    /// <summary>Their names; a byte that is no text is U+FFFD.</summary>
    public static IEnumerable<string> Present()
    {
        return File.ReadAllLines(Table)
            .Select(line => line.Split(':'))
            .Where(parts => parts.Length > 1)
            .Select(parts => parts[0].TrimStart(' '));
    }
}
