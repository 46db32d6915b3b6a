// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>A client that may send everything, but may not ask who its router is.</summary>
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
