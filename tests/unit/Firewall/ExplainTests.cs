// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Explaining;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Policy.Configuration;
using LeakVerifier.UnitTests.Firewall.Iptables;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary><c>explain</c>: which rule decides about one packet.</summary>
public sealed class ExplainTests
{
    private static IEnumerable<string> Names => GoldenRulesets.Names;

    [TestCase("oif=eth0 daddr=203.0.113.10 proto=udp dport=1194 uid=1194", "accept", "transport")]
    [TestCase("oif=eth0 daddr=203.0.113.10 proto=udp dport=1194 uid=1000", "reject", "nothing on the list")]
    [TestCase("oif=eth0 daddr=203.0.113.10 proto=udp dport=1194", "reject", "nothing on the list")]
    [TestCase("oif=eth0 daddr=203.0.113.10 proto=tcp dport=1194 uid=1194", "reject", "nothing on the list")]
    [TestCase("oif=eth0 daddr=203.0.113.10 proto=udp dport=1195 uid=1194", "reject", "nothing on the list")]
    [TestCase("oif=eth0 daddr=2001:db8::10 proto=tcp dport=443 uid=1194", "accept", "transport")]
    [TestCase("to [2001:db8::10]:443/tcp from user 1194 on eth0", "accept", "transport")]
    [TestCase("to 203.0.113.10:53/udp from user 1000 on eth0", "reject", "DNS leaves only to")]
    [TestCase("to 192.168.1.1:53/udp from user 1000 on eth0", "accept", "LOCAL_DNS")]
    [TestCase("to 192.168.1.1:53/udp from user 1000 on wlan0", "reject", "DNS leaves only to")]
    [TestCase("to 192.168.1.7:53/tcp from user 1000 on eth0", "reject", "DNS leaves only to")]
    [TestCase("to 192.168.1.7:631/tcp from user 1000 on eth0", "accept", "LOCAL_NET")]
    [TestCase("to 192.168.1.7:631/tcp from user 1000 on wlan0", "reject", "nothing on the list")]
    [TestCase("to 192.168.1.7/gre from user 0 on eth0", "reject", "nothing on the list")]
    [TestCase("to 198.51.100.7:80/tcp user 1000 on tun3", "accept", "tunnel")]
    [TestCase("to 198.51.100.7:80/tcp user 1000 on lo", "accept", "each other")]
    [TestCase("oif=eth0 daddr=198.51.100.7 dport=80 proto=tcp uid=1000 state=established", "reject", "nothing on the list")]
    [TestCase("oif=eth0 stale=tun0 daddr=198.51.100.7 dport=80 proto=tcp uid=1000", "drop", "really takes")]
    [TestCase("oif=eth0 daddr=203.0.113.10 proto=udp uid=1194 fragment=185", "reject", "later fragment")]
    [TestCase("oif=eth0 daddr=255.255.255.255 proto=udp sport=68 dport=67 uid=0", "accept", "DHCP")]
    [TestCase("oif=eth0 daddr=ff02::1 proto=icmp type=136 hoplimit=255", "accept", "neighbour discovery")]
    [TestCase("oif=eth0 daddr=ff02::1 proto=icmp type=136", "reject", "nothing on the list")]
    [TestCase("iif=eth1 oif=tun0 daddr=198.51.100.7 dport=80 proto=tcp", "accept", "tunnel")]
    [TestCase("iif=eth1 oif=eth0 daddr=198.51.100.7 dport=80 proto=tcp", "reject", "passes through")]
    [TestCase("iif=eth0 daddr=192.168.1.5 saddr=192.168.1.9 dport=22 proto=tcp", "drop", "nothing comes in")]
    [TestCase("iif=eth0 daddr=192.168.1.5 saddr=203.0.113.10 sport=1194 state=invalid", "accept", "from its server")]
    [TestCase("iif=tun0 daddr=198.51.100.2 dport=22 proto=tcp", "accept", "from the tunnel")]
    public void The_deciding_rule_is_named_with_its_reason(string packet, string verdict, string why)
    {
        var (code, json) = Explain(packet);

        code.Should().Be(ExitCode.Done);
        json.GetProperty("verdict").GetString().Should().Be(verdict);
        json.GetProperty("why").GetString().Should().Contain(why);
        json.GetProperty("path").EnumerateArray().Last().GetProperty("verdict").GetString().Should().Be(verdict);
    }

    [TestCase("iif=eth0 daddr=192.168.1.5 saddr=198.51.100.1 proto=icmp type=3 state=related")]
    [TestCase("iif=eth0 daddr=2001:db8::5 saddr=2001:db8:1::1 proto=icmp type=2 state=related")]
    public void Whether_an_error_is_about_the_transport_cannot_be_told(string packet)
    {
        var (code, json) = Explain(packet);

        code.Should().Be(ExitCode.Inconclusive);
        json.GetProperty("verdict").GetString().Should().Be("unknown");
        json.GetProperty("why").GetString().Should().Contain("about a connection with \"original ip");
    }

    [TestCase("iif=eth0 daddr=192.168.1.5 saddr=198.51.100.1 proto=icmp type=8 state=related", "drop")]
    [TestCase("iif=eth0 daddr=192.168.1.5 saddr=198.51.100.1 proto=icmp type=3", "drop")]
    public void What_the_transports_errors_are_not_is_told(string packet, string verdict)
    {
        var (code, json) = Explain(packet);

        code.Should().Be(ExitCode.Done);
        json.GetProperty("verdict").GetString().Should().Be(verdict);
    }

    [TestCase("")]
    [TestCase("oif=eth0")]
    [TestCase("daddr=203.0.113.10")]
    [TestCase("oif=eth0 daddr=nowhere")]
    [TestCase("oif=eth0 daddr=203.0.113.10 saddr=2001:db8::1")]
    [TestCase("oif=eth0 daddr=203.0.113.10 dport=65536")]
    [TestCase("oif=eth0 daddr=203.0.113.10 proto=999")]
    [TestCase("oif=eth0 daddr=203.0.113.10 state=old")]
    [TestCase("oif=eth0 daddr=203.0.113.10 colour=red")]
    [TestCase("oif=eth0 oif=eth1 daddr=203.0.113.10")]
    [TestCase("to 203.0.113.10:53/udp over eth0")]
    [TestCase("to 203.0.113.10:53/udp on")]
    public void Words_that_are_no_packet_are_a_usage_error(string packet)
    {
        Explain(packet).Code.Should().Be(ExitCode.Usage);
    }

    [TestCaseSource(nameof(Names))]
    public void Every_rule_is_understood_and_has_a_purpose(string name)
    {
        var policy = ConfigurationFiles.Read(GoldenRulesets.Configuration(name)).Policy!;
        foreach (var (chain, rule) in Rules(RulesetCompiler.Compile(policy)))
        {
            var apply = () => new RuleReading(PacketWords.Read("oif=eth0 daddr=203.0.113.10"), "eth0").Apply(rule);

            apply.Should().NotThrow("explain has to know the rule '{0}' of {1}", rule, chain);
            RulePurpose.Of(chain, rule).Should().NotBe(RulePurpose.Unknown, "'{0}' of {1} needs a purpose", rule, chain);
        }
    }

    [Test]
    public void A_rule_with_an_unknown_word_makes_the_answer_uncertain()
    {
        var strange = new Ruleset(
            [new Chain("output", "type filter hook output priority filter; policy drop;", ["meta weather rain accept"])],
            SecondWall.Lockdown);

        var explanation = Explainer.Explain(strange, PacketWords.Read("oif=eth0 daddr=203.0.113.10"));

        explanation.Verdict.Should().Be("unknown");
        explanation.Why.Should().Contain("weather");
    }

    private static IEnumerable<(string Chain, string Rule)> Rules(Ruleset rules)
    {
        return rules.Chains.Concat(rules.Frames.Chains).SelectMany(chain => chain.Rules.Select(rule => (chain.Name, rule)));
    }

    private static (ExitCode Code, JsonElement Json) Explain(string packet)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var environment = new FirewallEnvironment
        {
            Output = output,
            Error = error,
            CanChangeRules = () => false,
            OpenKernel = () => throw new InvalidOperationException("the kernel was asked"),
            ListInScratch = _ => throw new InvalidOperationException("the kernel was asked"),
            Iptables = FakeIptables.NotInstalled,
            LockPath = "",
            ListFramesInScratch = _ => throw new InvalidOperationException("the kernel was asked"),
            Links = new MachineLinks(() => [], () => [], ""),
            Settings = new KernelSettings("", ""),
            FindWatch = () => new FakeWatch(),
            StateFolder = "",
        };
        string[] args = ["explain", packet, "--json", "--config", GoldenRulesets.Configuration("everything")];
        var code = (ExitCode)FirewallCommandLine.Run(args, environment);
        return (code, output.ToString() is { Length: > 0 } text ? JsonDocument.Parse(text).RootElement.Clone() : default);
    }
}
