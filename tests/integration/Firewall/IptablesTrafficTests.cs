// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>What leaves the physical link under each rule of the iptables backend.</summary>
[TestFixture("nft")]
[TestFixture("legacy")]
public sealed class IptablesTrafficTests(string variant) : TrafficTests
{
    private readonly IptablesFirewall _firewall = new(variant);

    [Test]
    public async Task What_somebody_accepts_before_our_rules_meets_the_guard()
    {
        await StartAsync();

        await _firewall.ShellAsync(Client, "iptables -I OUTPUT 1 -j ACCEPT");
        Wire.Send("203.0.113.99", 7777, Wire.OtherUser).Should().BeFalse();

        // Of IPv4 alone: what the kernel says by itself in IPv6 comes at moments of its own.
        (await _firewall.BlockedAsync(Client, "filter", "output", "iptables")).Should().Be(0, "the foreign rule took it first");
        (await _firewall.BlockedAsync(Client, "mangle", "guard", "iptables")).Should().Be(1);
        (await Wire.ArrivedAsync()).Should().Be(0);
    }

    [Test]
    public async Task What_somebody_flushes_is_closed_rather_than_open()
    {
        await StartAsync();

        await _firewall.ShellAsync(Client, "iptables -F; iptables -X; iptables -t mangle -F");
        Wire.Send("203.0.113.99", 7777, Wire.OtherUser).Should().BeFalse();
        (await Wire.ArrivedAsync()).Should().Be(0);

        await _firewall.ShellAsync(Client, "iptables -P OUTPUT ACCEPT");
        Wire.Send("203.0.113.99", 7777, Wire.OtherUser).Should().BeTrue("it was the policy that closed");
        (await Wire.ArrivedAsync()).Should().Be(1);
    }

    protected override Task DoAsync(params string[] args) => _firewall.DoAsync(Client, args);

    protected override Task<long> BlockedAsync(Place place) => place switch
    {
        Place.Output => _firewall.BlockedAsync(Client, "filter", "output"),
        Place.Guard => _firewall.BlockedAsync(Client, "mangle", "guard"),
        _ => _firewall.BlockedAsync(Client, "raw", "foreign"),
    };
}
