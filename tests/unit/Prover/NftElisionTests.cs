// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>What nft asks and does not list: its bytecode says which of several rules it is.</summary>
public sealed class NftElisionTests
{
    private const string Port = """{"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": 53}}""";
    private const string Echo = """{"match": {"op": "==", "left": {"payload": {"protocol": "icmp", "field": "type"}}, "right": 8}}""";
    private const string Reset = """{"reject": {"type": "tcp reset"}}""";
    private const string NextHeader = "[ payload load 1b @ network header + 6 => reg 1 ]";
    private const string Protocol = "[ meta load l4proto => reg 1 ]";
    private const string Compared = "[ cmp eq reg 1 0x00000011 ]";

    [TestCase(Port)]
    [TestCase(Reset)]
    public void A_rule_may_ask_for_the_first_next_header_where_it_seems_to_ask_for_the_protocol(string rule)
    {
        FieldsOf(StepsOf("ip6", rule, Protocol, Compared)).Should().StartWith(Field.Protocol);
        FieldsOf(StepsOf("ip6", rule, NextHeader, Compared)).Should().StartWith(Field.NextHeader);
        FieldsOf(StepsOf("ip6", rule, "[ payload load 2b @ network header + 6 => reg 1 ]")).Should().StartWith(Field.NextHeader);
        FieldsOf(StepsOf("ip6", rule, "[ payload load 16b @ network header + 24 => reg 1 ]")).Should().StartWith(Field.Protocol);
        FieldsOf(StepsOf("ip", rule, "[ payload load 2b @ network header + 6 => reg 1 ]")).Should().StartWith(Field.Protocol);
    }

    [Test]
    public void A_next_header_that_is_listed_is_not_elided()
    {
        const string listed = """{"match": {"op": "!=", "left": {"payload": {"protocol": "ip6", "field": "nexthdr"}}, "right": 6}}, """;

        FieldsOf(StepsOf("ip6", listed + Port, NextHeader, Protocol)).Should().StartWith([Field.NextHeader, Field.Protocol]);
        StepsOf("ip6", listed + Port, NextHeader, NextHeader).Should().ContainItemsAssignableTo<RuleStep>()
            .And.Contain(step => step is UnknownStep);
    }

    [Test]
    public void An_interface_of_that_name_is_no_next_header()
    {
        const string named = """{"match": {"op": "==", "left": {"meta": {"key": "oifname"}}, "right": "nexthdr"}}, """;

        StepsOf("ip6", named + Port, NextHeader, Compared).OfType<MatchStep>()
            .Should().Contain(match => match.Keys[0] is FieldKey && ((FieldKey)match.Keys[0]).Field == Field.NextHeader);
    }

    [Test]
    public void Of_a_rule_that_asks_for_both_nothing_is_known()
    {
        StepsOf("ip6", Port, Protocol, NextHeader).Should().Contain(step => step is UnknownStep);
    }

    [TestCase("ip6", true)]
    [TestCase("ip", false)]
    [TestCase("inet", false)]
    public void Without_bytecode_packets_with_extension_headers_are_not_known_to_be_meant(string family, bool expected)
    {
        StepsOf(family, Port).Any(step => step is DirectStep).Should().Be(expected);
    }

    [TestCase("inet", "[ meta load nfproto => reg 1 ]", "[ cmp eq reg 1 0x00000002 ]", false)]
    [TestCase("netdev", "[ meta load protocol => reg 1 ]", "[ cmp eq reg 1 0x00000008 ]", false)]
    [TestCase("inet", "[ meta load nfproto => reg 1 ]", "[ lookup reg 1 set __set0 0x0 ]", true)]
    [TestCase("inet", "[ meta load nfproto => reg 1 ]", "[ cmp eq reg 1 0x0000000a ]", true)]
    [TestCase("inet", "[ meta load nfproto => reg 1 ]", "[ cmp neq reg 1 0x00000002 ]", true)]
    [TestCase("inet", "[ meta load nfproto => reg 2 ]", "[ cmp eq reg 1 0x00000002 ]", true)]
    [TestCase("ip6", "[ meta load l4proto => reg 1 ]", "[ cmp eq reg 1 0x00000001 ]", true)]
    [TestCase("ip", "[ meta load l4proto => reg 1 ]", "[ cmp eq reg 1 0x00000001 ]", false)]
    public void Who_loads_the_IP_version_need_not_compare_it(string family, string load, string compare, bool isImplied)
    {
        StepsOf(family, Echo, load, compare)[0].Should().Be(new FamilyStep(IpFamily.Ip4, isImplied));
    }

    [TestCase("inet")]
    [TestCase("ip")]
    [TestCase("netdev")]
    public void A_rule_that_asks_for_a_frames_header_first_may_match_nothing(string family)
    {
        // "ether type ip ip daddr 198.51.100.7", which nft 1.0.6 lists so.
        const string rule = """{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": "198.51.100.7"}}""";
        const string destination = "[ payload load 4b @ network header + 16 => reg 1 ]";

        StepsOf(family, rule, "[ meta load iiftype => reg 1 ]", "[ cmp eq reg 1 0x00000001 ]",
            "[ payload load 2b @ link header + 12 => reg 1 ]", "[ cmp eq reg 1 0x00000008 ]", destination)
            .Should().ContainSingle(step => step is UnknownStep);
        StepsOf(family, rule, destination).Should().NotContain(step => step is UnknownStep);
    }

    [Test]
    public void Without_bytecode_it_is_told_that_no_such_rule_is_expected()
    {
        const string words = "No rule asks for a frame's header where nft does not list it";

        AssumptionsOf(Listing("inet", Port)).Should().ContainSingle(text => text.StartsWith(words, StringComparison.Ordinal));
        AssumptionsOf(Listing("inet", Port, Protocol, Compared)).Should().NotContain(text => text.StartsWith(words, StringComparison.Ordinal));
    }

    private static ImmutableArray<string> AssumptionsOf(LoadedRuleset loaded)
    {
        return RulesetProver.Prove(loaded, Listings.Policy).Assumptions;
    }

    private static IEnumerable<Field> FieldsOf(IEnumerable<RuleStep> steps)
    {
        return steps.OfType<MatchStep>().Select(match => ((FieldKey)match.Keys[0]).Field);
    }

    private static List<RuleStep> StepsOf(string family, string rule, params string[] bytecode)
    {
        return [.. Listing(family, rule, bytecode).Ruleset.Tables[0].Chains[0].Rules[0].Steps];
    }

    private static LoadedRuleset Listing(string family, string rule, params string[] bytecode)
    {
        const string template = """
            {"nftables": [{"table": {"family": "FAMILY", "name": "t"}},
            {"chain": {"family": "FAMILY", "table": "t", "name": "o", "type": "filter", "hook": "HOOK", "prio": 0, "policy": "accept"}},
            {"rule": {"family": "FAMILY", "table": "t", "chain": "o", "handle": 2, "expr": [RULE]}}]}
            """;
        var json = template.Replace("FAMILY", family).Replace("HOOK", family == "netdev" ? "egress" : "output").Replace("RULE", rule);
        List<RulesetListing> listings = [new("json", Encoding.UTF8.GetBytes(json))];
        if (bytecode.Length > 0)
        {
            listings.Add(new("text", Encoding.UTF8.GetBytes($"{family} t o 2\n  {string.Join("\n  ", bytecode)}\n")));
        }
        return RulesetReader.FromListings(listings);
    }
}
