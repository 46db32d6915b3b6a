// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>Random rulesets in nft's language, for packets of <see cref="Probe"/>.</summary>
internal static class RandomNftRules
{
    /// <summary>
    /// A ruleset with an output and a forward chain, perhaps chains of prerouting, postrouting and egress, and a chain that
    /// is called.
    /// </summary>
    public static string Next(Random random)
    {
        // Without a rule that asks for connections nothing is tracked, and fragments stay fragments.
        var tracks = random.Next(2) == 0;
        var text = new StringBuilder("table inet wall {\n set hosts { type ipv4_addr; flags interval; "
            + "elements = { 198.51.100.0/25, 203.0.113.10 }\n }\n");
        Chain(text, random, tracks, "called", "", canJump: false);
        Chain(text, random, tracks, "out", Base(random, "output", random.Next(3) == 0 ? "route" : "filter"), canJump: true);
        if (random.Next(2) == 0)
        {
            // The kernel's order of chains with one priority is nobody's business.
            Chain(text, random, tracks, "out2", Base(random, "output", "filter", 5), canJump: true);
        }
        Chain(text, random, tracks, "through", Base(random, "forward", "filter"), canJump: true);
        if (random.Next(3) == 0)
        {
            Chain(text, random, tracks, "pre", Base(random, "prerouting", "filter"), canJump: true);
        }
        if (random.Next(2) == 0)
        {
            Chain(text, random, tracks, "post", Base(random, "postrouting", "filter"), canJump: true);
        }
        text.Append("}\n");
        if (random.Next(3) == 0)
        {
            text.Append("table netdev edge {\n");
            Chain(text, random, tracks, "e0", Base(random, "egress device \"eth0\"", "filter"), canJump: false, isEgress: true);
            text.Append("}\n");
        }
        return text.ToString();
    }

    private static string Base(Random random, string hook, string type, int offset = 0)
    {
        var policy = random.Next(2) == 0 ? "accept" : "drop";
        return $"type {type} hook {hook} priority {(random.Next(3) * 10) + offset}; policy {policy};";
    }

    private static void Chain(
        StringBuilder text, Random random, bool tracks, string name, string place, bool canJump, bool isEgress = false)
    {
        text.Append($" chain {name} {{\n  {place}\n");
        if (isEgress)
        {
            // The resolution of addresses is not in question.
            text.Append("  ether type arp accept\n  icmpv6 type { 135, 136 } accept\n");
        }
        else if (place.Length > 0)
        {
            text.Append("  icmpv6 type { 133, 135, 136, 143 } accept\n");
        }
        for (var i = random.Next(2, 7); i > 0; i--)
        {
            text.Append("  ").Append(Match(random, isEgress || !tracks)).Append(' ');
            text.Append(random.Next(2) == 0 ? Match(random, isEgress || !tracks) + " " : "");
            text.Append(Verdict(random, canJump)).Append('\n');
        }
        text.Append(" }\n");
    }

    private static string Verdict(Random random, bool canJump)
    {
        string[] verdicts = ["accept", "drop", "accept", "drop", "return", "counter", "meta mark set 0x5",
            "meta mark set meta mark & 0xff | 0x100", "jump called", "goto called", "jump called"];
        return verdicts[random.Next(canJump ? verdicts.Length : 8)];
    }

    private static string Match(Random random, bool isStateless)
    {
        var not = random.Next(3) == 0 ? "!= " : "";
        string[] matches =
        [
            $"oifname {not}\"eth0\"", $"iifname {not}\"eth1\"", $"iif {not}\"eth0\"", $"oifname {not}\"eth*\"", $"oif {not}\"eth1\"", $"oifname {not}{{ \"eth1\", \"lo\" }}",
            $"meta skuid {not}1000", $"meta skuid {not}0-1000", $"meta skuid {not}{{ 0, 1194 }}",
            $"ip daddr {not}198.51.100.0/24", $"ip daddr {not}203.0.113.10", $"ip6 daddr {not}2001:db8:1::/48",
            $"ip6 daddr {not}2001:db8:2::10-2001:db8:2::20", $"meta l4proto {not}17", $"meta l4proto {not}{{ 6, 58 }}",
            $"udp dport {not}53", $"udp dport {not}50-1000", $"tcp dport {not}{{ 53, 443 }}", $"th dport {not}1194",
            $"udp sport {not}41001", $"meta mark {not}0x5", "meta mark & 0x5 == 0x1", $"meta mark & 0x105 {not}0x105",
            $"meta nfproto {not}ipv4", "icmp type echo-request", "icmpv6 type echo-request", "tcp flags syn",
            $"ip daddr . udp dport {not}{{ 198.51.100.7 . 53, 203.0.113.0/24 . 50-70 }}", $"ip protocol {not}6",
            "meta l4proto . th dport { 17 . 53, 6 . 443 }", $"ip ttl {not}64", "ip6 hoplimit < 70", $"ip frag-off & 0x1fff {not}0",
            // From here on neither in an egress chain nor where nothing is tracked.
            $"ip daddr {not}@hosts", $"ct state {not}new", "ct state established,related", "meta skgid 0",
            $"ct mark {not}0x0", "ct direction original", "ct direction reply",
        ];
        return matches[random.Next(isStateless ? matches.Length - 7 : matches.Length)];
    }
}
