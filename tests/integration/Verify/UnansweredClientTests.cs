// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>A client that may send everything, and whose packets do not come as far as the capture.</summary>
public sealed class UnansweredClientTests
{
    private const string Up = """
        nft -f - <<RULES
        table netdev silent {
            chain egress {
                type filter hook egress device "$LV_PHYSICAL_IF" priority 0; policy accept;
                ether type arp drop
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld2-listener-report } drop
            }
        }
        RULES
        """;

    [Test]
    public async Task What_waits_in_a_queue_until_the_capture_is_closed_is_no_seal()
    {
        // One packet is more than the queue may send for hours.
        using var firewall = TestFirewall.Of("""
            set -e
            tc qdisc add dev $LV_PHYSICAL_IF root handle 1: htb default 1
            tc class add dev $LV_PHYSICAL_IF parent 1: classid 1:1 htb rate 8bit burst 10 cburst 10
            setsid bash -c 'echo x > /dev/udp/192.0.2.53/9' || true
            sleep 1
            """);
        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", "oob-tun-down");

        run.Report["oob-tun-down"].Verdict.Should().NotBe("sealed");
        run.Report["oob-tun-down"].Reason.Should().MatchRegex("wait in a queue of the client's|left outside the policy");
    }

    [Test]
    public async Task Packets_that_only_lack_their_neighbours_address_are_leaks_as_soon_as_a_neighbour_speaks()
    {
        using var firewall = TestFirewall.Of(Up);
        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", "oob-tun-down");

        run.ExitCode.Should().Be(1);
        run.Report["oob-tun-down"].Verdict.Should().Be("leak", "{0}", run.Report["oob-tun-down"].Reason);
        run.Report["oob-tun-down"].Leaks.Select(leak => leak.Summary).Should()
            .Contain(summary => summary.StartsWith("IPv4 ", StringComparison.Ordinal))
            .And.Contain(summary => summary.StartsWith("IPv6 ", StringComparison.Ordinal));
    }
}
