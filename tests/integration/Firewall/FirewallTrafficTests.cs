// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>What leaves the physical link under each rule of nftables.</summary>
public sealed class FirewallTrafficTests : TrafficTests
{
    [Test]
    public async Task Status_counts_what_is_accepted_and_what_is_refused_by_rule()
    {
        await WithoutIPv6Async();
        await StartAsync();
        Wire.Send("203.0.113.10", 1194, Wire.TunnelUser).Should().BeTrue();
        Wire.Send("203.0.113.10", 1194, Wire.OtherUser).Should().BeFalse();

        var status = await VpnFirewall.RunAsync(Client, "status", "--config", Config);

        status.ExitCode.Should().Be(0, "{0}", status);
        status.Output.Should().MatchRegex(@" 2  accept +may_leave #\d+: the tunnel's transport", "output asks the list, and the guard")
            .And.MatchRegex(@" 1  reject +output #\d+: nothing on the list");
    }

    protected override async Task DoAsync(params string[] args)
    {
        var run = await VpnFirewall.RunAsync(Client, args);
        run.ExitCode.Should().Be(0, "{0}", run);
    }

    protected override async Task<long> BlockedAsync(Place place)
    {
        var chain = place switch { Place.Output => "output", Place.Guard => "guard", _ => "inbound" };
        return Wire.Refused(await Client.RunAsync($"nft list chain inet vpn_firewall {chain}"));
    }
}
