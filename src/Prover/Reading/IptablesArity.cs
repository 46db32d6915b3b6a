// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Reading;

/// <summary>
/// How many arguments options of matches have (iptables-extensions(8)). iptables-save leaves text like <c>-j</c> unquoted
/// where it is the argument of an option, so words alone do not tell options from arguments.
/// </summary>
internal static class IptablesArity
{
    private static readonly HashSet<string> None = new(StringComparer.Ordinal)
    {
        "-f", "--socket-exists", "--suppl-groups", "--set", "--rcheck", "--update", "--remove", "--rttl", "--reap", "--rsource",
        "--rdest", "--physdev-is-in", "--physdev-is-out", "--physdev-is-bridged", "--transparent", "--nowildcard", "--restore-skmark",
        "--limit-iface-in", "--limit-iface-out", "--icase", "--strict", "--next", "--loose", "--validmark", "--accept-local",
        "--invert", "--kerneltz", "--contiguous", "--return-nomatch", "--connlimit-saddr", "--connlimit-daddr", "--fragfirst",
        "--fragmore", "--fraglast", "--fragres", "--ahres", "--hashlimit-rate-match", "--ecn-tcp-cwr", "--ecn-tcp-ece",
    };

    private static readonly HashSet<string> One = new(StringComparer.Ordinal)
    {
        "-m", "-s", "-d", "-i", "-o", "-p", "--sport", "--dport", "--sports", "--dports", "--ports", "--icmp-type",
        "--icmpv6-type", "--tcp-option", "--dccp-types", "--dccp-option", "--uid-owner", "--gid-owner", "--state", "--ctstate",
        "--ctdir", "--ctproto", "--ctstatus", "--ctexpire", "--ctorigsrc", "--ctorigdst", "--ctreplsrc", "--ctrepldst",
        "--ctorigsrcport", "--ctorigdstport", "--ctreplsrcport", "--ctrepldstport", "--mark", "--src-range", "--dst-range",
        "--src-type", "--dst-type", "--ttl-eq", "--ttl-lt", "--ttl-gt", "--hl-eq", "--hl-lt", "--hl-gt", "--comment", "--name",
        "--mask", "--seconds", "--hitcount", "--string", "--hex-string", "--algo", "--from", "--to", "--helper", "--path",
        "--cgroup", "--hashlimit-name", "--limit", "--limit-burst", "--physdev-in", "--physdev-out", "--mac-source", "--length",
        "--pkt-type", "--timeout", "--label", "--genre", "--quota", "--dscp", "--tos",
    };

    private static readonly HashSet<string> Two = new(StringComparer.Ordinal) { "--tcp-flags", "--match-set", "--chunk-types" };

    /// <summary>The number of arguments; null: the option is not known.</summary>
    public static int? Of(string option)
    {
        return None.Contains(option) ? 0 : One.Contains(option) ? 1 : Two.Contains(option) ? 2 : null;
    }
}
