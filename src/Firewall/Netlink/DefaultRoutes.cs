// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>The default routes of the calling thread's network namespace, as proc(5) shows them.</summary>
public static class DefaultRoutes
{
    private const string Ipv4 = "/proc/thread-self/net/route";
    private const string Ipv6 = "/proc/thread-self/net/ipv6_route";

    /// <summary>The interfaces by which they lead.</summary>
    internal static IEnumerable<string> Interfaces() => OfIpv4(Lines(Ipv4)).Concat(OfIpv6(Lines(Ipv6))).Distinct();

    /// <summary>Those of IPv4: an interface, a destination, and as the eighth word its mask.</summary>
    public static IEnumerable<string> OfIpv4(IEnumerable<string> lines)
    {
        return lines.Select(Words)
            .Where(words => words.Length > 7 && words[1] == "00000000" && words[7] == "00000000")
            .Select(words => words[0]);
    }

    /// <summary>Those of IPv6: a destination and the length of its prefix, and last an interface; on loopback it is the end.</summary>
    public static IEnumerable<string> OfIpv6(IEnumerable<string> lines)
    {
        return lines.Select(Words)
            .Where(words => words.Length > 9 && words[0].All(digit => digit == '0') && words[1] == "00" && words[^1] != "lo")
            .Select(words => words[^1]);
    }

    private static string[] Words(string line) => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A kernel without the family has no such file.</summary>
    private static string[] Lines(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];
}
