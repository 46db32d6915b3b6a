// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Explaining;

/// <summary>Says what a rule is for, in a few words.</summary>
internal static class RulePurpose
{
    /// <summary>What a rule is said to be for where nothing better is known. No rule of ours should be.</summary>
    public const string Unknown = "a rule";

    // The first that fits counts: (what the chain's name begins with, what the rule has in it, what it is for).
    private static readonly (string Chain, string Part, string Purpose)[] Purposes =
    [
        ("", "jump may_leave", "the list of what may leave is asked"),
        ("", "jump names_tunnel", "whether it names the tunnel's addresses"),
        ("", "oifname \"lo\"", "programs of this machine talk to each other"),
        ("", "iifname \"lo\"", "programs of this machine talk to each other"),
        ("", "options can route elsewhere", "IP options can route it elsewhere than its address says"),
        ("", "routing headers can route elsewhere", "routing headers can route it elsewhere than its address says"),
        ("may_leave", "later fragments have no ports", "a later fragment has no ports by which it could be told"),
        ("may_leave", "{ 53, 853 } counter return", "DNS leaves only to the resolvers of LOCAL_DNS, LOCAL_NET notwithstanding"),
        ("may_leave", "{ 53, 853 } counter accept", "LOCAL_DNS: a resolver that may be asked in the clear"),
        ("may_leave", "meta skuid", "the tunnel's transport: its own process, to its server"),
        ("may_leave", "meta mark", "the tunnel's transport: its own packets, to its server"),
        ("may_leave", "socket cgroupv2", "the tunnel's transport: its own process, to its server"),
        ("may_leave", "tcp flags", "SSH_FROM: an answer of a service for administration"),
        ("may_leave", "udp dport 67", "DHCP: a client's broadcast"),
        ("may_leave", "udp dport 547", "DHCP: a client's multicast"),
        ("may_leave", "arp ", "ARP, in the one form that names hosts of this link"),
        ("may_leave", "nd-", "IPv6 neighbour discovery"),
        ("may_leave", "destination-unreachable", "a gateway tells its client of an error"),
        ("may_leave", "meta l4proto {", "LOCAL_NET: a network that may be reached in the clear"),
        ("may_leave", "oifname", "the tunnel: what it carries is not restricted"),
        ("frames", "ether type 0x888e", "EAPOL: login to a network"),
        ("frames", "jump", "the list of what may leave is asked"),
        ("frames", "oifname", "into the tunnel, or to a gateway's clients"),
        ("inbound", "fib daddr", "for an address of the interface by which it came"),
        ("inbound", "iifname", "from the tunnel, or from a gateway's clients"),
        ("inbound", "drop", "an address is heard on its own interface only (CVE-2019-14899)"),
        ("input", "tcp flags", "TCP flags that no connection has"),
        ("input", "fib daddr", "an address is heard on its own interface only (CVE-2019-14899)"),
        ("input", "ct state invalid", "it belongs to no connection and begins none"),
        ("input", "ct state related ct", "an error about the tunnel's transport, such as a smaller MTU"),
        ("input", "sport { 53, 853 }", "LOCAL_DNS: an answer"),
        ("input", "ct state established", "an answer from a local network"),
        ("input", "udp dport 68", "DHCP: an answer"),
        ("input", "udp dport 546", "DHCP: an answer"),
        ("input", "nd-", "IPv6 neighbour discovery"),
        ("input", "tcp dport", "SSH_FROM: a service for administration"),
        ("input", "iifname", "from the tunnel"),
        ("input", "saddr", "the tunnel's transport: from its server"),
        ("forward", "ct state invalid", "it belongs to no connection and begins none"),
        ("forward", "ct status", "a client's connection that would enter the tunnel with the client's own address"),
        ("forward", ",new ", "a gateway's client, into the tunnel"),
        ("forward", "ct state", "an answer from the tunnel to a gateway's client"),
        ("guard", "ct state", "an answer from the tunnel to a gateway's client"),
        ("clients", "masquerade", "clients get the tunnel's address in the tunnel"),
        ("clients", "dnat", "CLIENT_DNS: clients' DNS goes to the resolver inside the tunnel"),
        ("names_tunnel", "drop", "a frame that names an address of the tunnel"),
        ("", "log prefix", "what is refused is logged, ten lines a minute at most"),
        ("output", "reject", "nothing on the list of what may leave accepts it"),
        ("forward", "reject", "nothing passes through but between a gateway's clients and the tunnel"),
        ("guard", "drop", "nothing on the list accepts it by the interface that it really takes"),
        ("input", "drop", "nothing comes in but answers to what may leave"),
        ("frames", "drop", "nothing on the list of what may leave accepts the frame"),
    ];

    /// <summary>What a rule is for.</summary>
    public static string Of(string chain, string rule)
    {
        var known = Purposes.FirstOrDefault(purpose =>
            chain.StartsWith(purpose.Chain, StringComparison.Ordinal) && rule.Contains(purpose.Part, StringComparison.Ordinal));
        var isListed = chain.StartsWith("may_leave", StringComparison.Ordinal) && rule.EndsWith("accept", StringComparison.Ordinal);
        return known.Purpose ?? (isListed ? "the tunnel's transport, to its server" : Unknown);
    }

    /// <summary>Whether a rule is the refusal at the end of a chain.</summary>
    public static bool IsFinal(string rule) => rule.StartsWith("counter ", StringComparison.Ordinal);
}
