// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>What the prover says of a firewall's rules is held against the wire: each predicted leak is sent.</summary>
public sealed class WireCheckTests
{
    private const string Scenario = "oob-tun-down";

    // The rules of many a kill switch: established flows anywhere, and the VPN's user anywhere.
    private const string Established = """
        set -eu
        iptables-nft -P OUTPUT DROP
        iptables-nft -P FORWARD DROP
        iptables-nft -A OUTPUT -o lo -j ACCEPT
        iptables-nft -A OUTPUT -o "$LV_TUNNEL_IF" -j ACCEPT
        iptables-nft -A OUTPUT -m owner --uid-owner "$LV_TUNNEL_UID" -j ACCEPT
        iptables-nft -A OUTPUT -m state --state ESTABLISHED -j ACCEPT
        iptables-nft -A OUTPUT -j REJECT
        ip6tables-nft -P OUTPUT DROP
        ip6tables-nft -P FORWARD DROP
        ip6tables-nft -A OUTPUT -o lo -j ACCEPT
        """;

    // Marks packets for another table of routes behind the interface's own check, which sees the old interface.
    private const string Rerouted = """
        exec nft -f - <<EOF
        table inet t {
            chain before { type route hook output priority mangle; policy accept; udp dport 4711 meta mark set 7; }
            chain out {
                type filter hook output priority filter; policy drop;
                oifname { "lo", "$LV_TUNNEL_IF" } accept
            }
            chain forward { type filter hook forward priority filter; policy drop; }
        }
        EOF
        """;

    private const string Marked = """
        exec nft -f - <<EOF
        table inet t {
            chain out { type filter hook output priority filter; policy drop; oifname "lo" accept; meta mark 0x2a accept; }
            chain forward { type filter hook forward priority filter; policy drop; iifname "eth7" accept; }
        }
        EOF
        """;

    // Only a packet without a socket passes: what the kernel answers of its own accord.
    private const string Answering = """
        exec nft -f - <<EOF
        table inet t {
            chain out {
                type filter hook output priority filter; policy drop;
                oifname "lo" accept
                meta skuid 0-4294967295 drop
                ip protocol icmp icmp type echo-reply accept
            }
            chain forward { type filter hook forward priority filter; policy drop; }
        }
        EOF
        """;

    // A connection whose destination was translated before these rules came is routed again, behind the interface's own check.
    private const string Translated = """
        exec nft -f - <<EOF
        table inet t {
            chain out { type filter hook output priority filter; policy drop; oifname "lo" accept; }
            chain forward { type filter hook forward priority filter; policy drop; }
            chain masked { type nat hook postrouting priority srcnat; policy accept; oifname "$LV_TUNNEL_IF" masquerade; }
        }
        EOF
        """;

    // Found in front of a zone's own rules: whatever comes by loopback is passed on.
    private const string FromLoopback = """
        exec nft -f - <<EOF
        table inet t {
            chain out { type filter hook output priority filter; policy drop; oifname "lo" accept; }
            chain forward { type filter hook forward priority filter; policy drop; iifname "lo" accept; }
        }
        EOF
        """;

    // What is a fragment has no port that could be compared.
    private const string Fragments = """
        exec nft -f - <<EOF
        table ip t {
            chain out { type filter hook output priority filter; policy drop; oifname "lo" accept; ip frag-off & 0x1fff != 0 accept; }
            chain forward { type filter hook forward priority filter; policy drop; }
        }
        table ip6 t {
            chain out { type filter hook output priority filter; policy drop; oifname "lo" accept; }
            chain forward { type filter hook forward priority filter; policy drop; }
        }
        EOF
        """;

    [TestCase("minimal-sealed")]
    [TestCase("accepts-established", "output ip: ct state", "output ip6: ct state")]
    [TestCase("ipv4-only", "output ip6: no chain", "forward ip6: no chain")]
    [TestCase("server-open-to-all", "output ip: ip daddr 203.0.113.10 accept", "output ip6: ip6 daddr 2001:db8:3::10 accept")]
    public async Task An_example_leaks_by_the_causes_that_are_predicted_and_only_those(string example, params string[] causes)
    {
        await ShouldLeakByAsync(VerifyRun.Example(example), causes);
    }

    [TestCase(Established, "output ip: -m owner --uid-owner 1194", "output ip: -m state --state ESTABLISHED", TestName = "Established")]
    [TestCase(Rerouted, "output ip: oifname", "output ip6: oifname", TestName = "Rerouted")]
    [TestCase(Marked, "output ip: meta mark", "output ip6: meta mark", "forward ip: iifname", "forward ip6: iifname", TestName = "Marked")]
    [TestCase(Answering, "output ip: ip protocol", TestName = "Answering")]
    [TestCase(Translated, "output ip: oifname", "output ip6: oifname", TestName = "Translated")]
    [TestCase(FromLoopback, "forward ip: iifname", "forward ip6: iifname", TestName = "FromLoopback")]
    [TestCase(Fragments, "output ip: ip frag-off", TestName = "Fragments")]
    public async Task Each_way_of_leaking_is_replayed_with_its_recipe(string up, params string[] causes)
    {
        using var firewall = TestFirewall.Of(up);

        await ShouldLeakByAsync(firewall.Folder, causes);
    }

    [Test]
    public async Task A_predicted_leak_that_the_lab_cannot_send_is_not_sealed()
    {
        using var firewall = TestFirewall.Of(
            $"'{TestFirewall.SealedUp}' && nft insert rule inet example output ct state related accept");

        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", Scenario);

        run.Report[Scenario].Verdict.Should().Be("sealed", "no probe is a related connection");
        var proof = run.Report.Proofs.Should().ContainSingle().Subject;
        (run.ExitCode, proof.Answer, proof.Reason).Should().Be((2, "leak", "2 causes predicted, 0 of 0 sent came out"));
        proof.Replays.Should().OnlyContain(replay => replay.Outcome == "notTried");
    }

    private static async Task ShouldLeakByAsync(string firewall, string[] causes)
    {
        var run = await VerifyRun.RunAsync("--firewall", firewall, "--scenario", Scenario);

        var proof = run.Report.Proofs.Should().ContainSingle().Subject;
        foreach (var replay in proof.Replays)
        {
            TestContext.Out.WriteLine($"{replay.Place}: {replay.Packet}: {replay.Recipe}: {replay.Outcome} {replay.Why}");
        }

        run.Report.Disagreements.Should().BeEmpty();
        proof.Verdict.Should().Be(causes.Length == 0 ? "sealed" : "leak", "{0}", proof.Reason);
        proof.Causes.Should().HaveCount(causes.Length);
        proof.Causes.Where(cause => !causes.Any(expected => IsOf(cause, expected))).Should().BeEmpty();
        proof.Replays.Should().HaveCount(causes.Length);
        proof.Replays.Where(replay => replay.Outcome != "confirmed").Should().BeEmpty();
    }

    private static bool IsOf(string cause, string expected)
    {
        var (place, rule) = (expected[..expected.IndexOf(':', StringComparison.Ordinal)], expected[(expected.IndexOf(':', StringComparison.Ordinal) + 2)..]);
        return cause.StartsWith(place + ":", StringComparison.Ordinal) && cause.Contains(rule, StringComparison.Ordinal);
    }
}
