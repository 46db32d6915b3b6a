// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Firewall;

public sealed class RulesetTests
{
    private static IEnumerable<string> Names => GoldenRulesets.Names;

    [TestCaseSource(nameof(Names))]
    public void A_configuration_gives_its_golden_ruleset(string name)
    {
        var ruleset = Compile(GoldenRulesets.Configuration(name));

        GoldenRulesets.Check(name, ruleset.Script);
        GoldenRulesets.Check(name + ".frames", ruleset.Frames.Script(["eth0", "lo"], [IPAddress.Parse("10.8.0.2")]));
    }

    [Test]
    public void The_lockdown_is_its_golden_ruleset()
    {
        GoldenRulesets.Check("lockdown", Lockdown.Ruleset.Script);
        GoldenRulesets.Check("lockdown.frames", Lockdown.Ruleset.Frames.Script(["eth0", "lo"], []));
    }

    [TestCaseSource(nameof(Names))]
    public void Every_filter_chain_drops_by_policy_and_ends_with_an_unconditional_refusal(string name)
    {
        var walls = Compile(GoldenRulesets.Configuration(name)).Chains
            .Where(chain => chain.Hook?.StartsWith("type filter", StringComparison.Ordinal) == true)
            .ToList();

        walls.Should().HaveCount(5);
        walls.Should().OnlyContain(chain => chain.Hook!.EndsWith("policy drop;", StringComparison.Ordinal));
        walls.Select(chain => chain.Rules[^1]).Should()
            .OnlyContain(rule => rule == "counter drop" || rule == "counter reject with icmpx admin-prohibited");
    }

    [Test]
    public void A_leaving_packets_flow_is_only_asked_for_where_its_interfaces_are_named()
    {
        var rules = Names
            .SelectMany(name => Compile(GoldenRulesets.Configuration(name)).Chains)
            .Where(chain => chain.Name != "input")
            .SelectMany(chain => chain.Rules)
            .Where(rule => rule.Contains("ct state", StringComparison.Ordinal) && rule.EndsWith("accept", StringComparison.Ordinal))
            .Distinct();

        rules.Should().BeEquivalentTo(
            "iifname \"eth1\" oifname \"tun0\" ct state established,related,new counter accept",
            "iifname \"vif*\" oifname \"tun0\" ct state established,related,new counter accept",
            "iifname \"eth1\" oifname \"tun*\" ct state established,related,new counter accept",
            "iifname \"tun0\" oifname \"eth1\" ct state established,related counter accept",
            "iifname \"tun0\" oifname \"vif*\" ct state established,related counter accept",
            "iifname \"tun*\" oifname \"eth1\" ct state established,related counter accept",
            "oifname \"eth0\" ip daddr 192.168.1.0/24 tcp sport 22 tcp flags != syn / fin,syn,rst,ack "
                + "ct direction reply ct state established counter accept",
            "oifname \"eth0\" ip6 daddr fd00::/64 tcp sport 2222 tcp flags != syn / fin,syn,rst,ack "
                + "ct direction reply ct state established counter accept");
    }

    [TestCase("2001:db8::5efe:c000:201")] // ISATAP, RFC 5214
    [TestCase("2001:db8:0:1:1:1:1:1")]
    [TestCase("2001:db8:0:0:1::1", "2001:db8::1:0:0:1")]
    [TestCase("::1")]
    [TestCase("fe80::")]
    [TestCase("::")]
    [TestCase("::ffff:c000:201")]
    [TestCase("192.0.2.1")]
    public void An_address_is_spelled_as_RFC_5952_says(string text, string? expected = null)
    {
        AddressText.Of(IPAddress.Parse(text)).Should().Be(expected ?? text);
    }

    private static Ruleset Compile(string path) => RulesetCompiler.Compile(ConfigurationFiles.Read(path).Policy!);
}
