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
        GoldenRulesets.Check(name, Compile(GoldenRulesets.Configuration(name)).Script);
    }

    [Test]
    public void The_lockdown_is_its_golden_ruleset()
    {
        GoldenRulesets.Check("lockdown", Lockdown.Ruleset.Script);
    }

    [TestCaseSource(nameof(Names))]
    public void Every_filter_chain_drops_by_policy_and_ends_with_an_unconditional_refusal(string name)
    {
        var walls = Compile(GoldenRulesets.Configuration(name)).Chains
            .Where(chain => chain.Hook?.StartsWith("type filter", StringComparison.Ordinal) == true)
            .ToList();

        walls.Should().HaveCount(4);
        walls.Should().OnlyContain(chain => chain.Hook!.EndsWith("policy drop;", StringComparison.Ordinal));
        walls.Select(chain => chain.Rules[^1]).Should()
            .OnlyContain(rule => rule == "counter drop" || rule == "counter reject with icmpx admin-prohibited");
    }

    [Test]
    public void Only_between_the_tunnel_and_the_clients_is_a_leaving_packet_accepted_by_its_flows_state()
    {
        var rules = Names
            .SelectMany(name => Compile(GoldenRulesets.Configuration(name)).Chains)
            .Where(chain => chain.Name != "input")
            .SelectMany(chain => chain.Rules)
            .Where(rule => rule.Contains("ct state", StringComparison.Ordinal))
            .Distinct();

        rules.Should().BeEquivalentTo(
            "iifname \"tun0\" oifname \"eth1\" ct state established,related accept",
            "iifname \"tun0\" oifname \"vif*\" ct state established,related accept",
            "iifname \"tun*\" oifname \"eth1\" ct state established,related accept");
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
