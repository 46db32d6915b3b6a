// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Constructs of nft whose meaning is other than it seems.</summary>
public sealed class NftReaderTests
{
    private const string Address = """{"payload": {"protocol": "ip", "field": "daddr"}}""";

    [TestCase("inet", typeof(UnknownStep))]
    [TestCase("ip", typeof(UnknownStep))]
    [TestCase("netdev", typeof(UnknownStep), typeof(MatchStep))]
    [TestCase("bridge", typeof(UnknownStep), typeof(MatchStep))]
    public void The_header_of_a_frame_is_read_where_there_are_frames_only_and_not_of_every_device(string family, params Type[] steps)
    {
        const string rule = """{"match": {"op": "==", "left": {"payload": {"protocol": "ether", "field": "type"}}, "right": 8}}""";

        StepsOf(rule, family).Select(step => step.GetType()).Should().Equal(steps);
    }

    [TestCase("""{"set": [["192.0.2.1", 5]]}""", typeof(ConstantExpression))]
    [TestCase("""{"set": [["192.0.2.1", 5], ["192.0.2.2", 5]]}""", typeof(ConstantExpression))]
    [TestCase("""{"set": [["192.0.2.1", 5], ["192.0.2.2", 6]]}""", typeof(UnknownExpression))]
    [TestCase("\"@m\"", typeof(UnknownExpression))]
    public void A_mark_from_a_map_is_set_only_where_the_map_has_the_key(string data, Type value)
    {
        foreach (var mark in new[] { "meta", "ct" })
        {
            var rule = "{\"mangle\": {\"key\": {\"" + mark + "\": {\"key\": \"mark\"}}, \"value\": {\"map\": {\"key\": "
                + Address + ", \"data\": " + data + "}}}}";

            var steps = StepsOf(rule);

            steps.Should().HaveCount(3);
            steps[1].Should().BeOfType<MatchStep>();
            steps[2].Should().BeOfType<AssignStep>().Which.Value.Should().BeOfType(value);
        }
    }

    [TestCase("""{"map": {"key": {"meta": {"key": "hour"}}, "data": "@m"}}""")]
    [TestCase("""{"map": {"key": {"payload": {"protocol": "ip", "field": "daddr"}}, "data": "@gone"}}""")]
    [TestCase("""{"map": {"key": {"payload": {"protocol": "ip", "field": "daddr"}}, "data": {"set": [["192.0.2.1", "x"]]}}}""")]
    [TestCase("""{"map": {"key": {"payload": {"protocol": "ip", "field": "daddr"}}, "data": {"set": [["192.0.2.1"]]}}}""")]
    [TestCase("""{"payload": {"protocol": "tcp", "field": "dport"}}""")]
    [TestCase("""{"&": [{"numgen": {"mode": "inc", "mod": 2}}, 1]}""")]
    [TestCase("""{"meta": {"key": "mark", "of": "tomorrow"}}""")]
    public void A_mark_from_something_else_may_end_the_rule(string value)
    {
        StepsOf("{\"mangle\": {\"key\": {\"meta\": {\"key\": \"mark\"}}, \"value\": " + value + "}}")
            .Select(step => step.GetType()).Should().Equal(typeof(UnknownStep), typeof(AssignStep));
    }

    [TestCase("limit")]
    [TestCase("quota")]
    public void A_limit_with_a_name_may_match_or_not(string kind)
    {
        StepsOf("{\"" + kind + "\": \"lim\"}").Should().Equal(new UnknownStep("{\"" + kind + "\": \"lim\"}"));
    }

    [TestCase("netdev", "ingress")]
    [TestCase("inet", "ingress")]
    [TestCase("bridge", "prerouting")]
    public void The_answer_to_what_is_rejected_from_a_device_passes_the_rules(string family, string hook)
    {
        Read("""{"reject": {"type": "tcp reset"}}""", family, hook).Ruleset.Tables[0].Obstacles.Should().ContainSingle()
            .Which.Should().Contain("rejects");
        Read("""{"drop": null}""", family, hook).Ruleset.Tables[0].Obstacles.Should().BeEmpty();
        Read("""{"reject": null}""", "inet", "output").Ruleset.Tables[0].Obstacles.Should().BeEmpty();
    }

    [TestCase("""{"match": {"op": "==", "left": {"payload": {"tunnel": "vxlan", "protocol": "ip", "field": "daddr"}}, "right": "192.0.2.1"}}""")]
    [TestCase("""{"match": {"op": "==", "left": {"payload": {"base": "th", "offset": 0, "len": 8, "tunnel": "gre"}}, "right": 1}}""")]
    [TestCase("""{"match": {"op": "==", "left": {"meta": {"key": "mark", "of": "tomorrow"}}, "right": 1}}""")]
    [TestCase("""{"match": {"op": "==", "left": {"meta": {"key": "mark"}, "of": 1}, "right": 1}}""")]
    [TestCase("""{"match": {"op": "==", "left": {"ct": {"key": "mark", "zone": 1}}, "right": 1}}""")]
    [TestCase("""{"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": 1, "unless": 2}}""")]
    [TestCase("""{"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": {"set": [1], "but": 2}}}""")]
    [TestCase("""{"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": {"set": [{"elem": {"val": 1, "limit": {"rate": 1}}}]}}}""")]
    [TestCase("""{"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": {"range": [1, 2], "but": 2}}}""")]
    [TestCase("""{"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": "@strange"}}""")]
    public void A_match_with_something_added_is_an_unknown(string rule)
    {
        StepsOf(rule).Should().ContainSingle().Which.Should().BeOfType<UnknownStep>();
    }

    [TestCase("""{"accept": {"unless": 1}}""")]
    [TestCase("""{"jump": {"target": "o", "unless": 1}}""")]
    [TestCase("""{"accept": null, "unless": 1}""")]
    [TestCase("""{"reject": {"type": "icmp", "expr": 1, "unless": 1}}""")]
    [TestCase("""{"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1, "unless": 1}}""")]
    [TestCase("""{"mangle": {"key": {"meta": {"key": "mark", "of": 1}}, "value": 1}}""")]
    [TestCase("""{"mangle": {"key": {"payload": {"protocol": "ip", "field": "dscp", "tunnel": "gre"}}, "value": 1}}""")]
    [TestCase("""{"mangle": {"key": "mark", "value": 1}}""")]
    [TestCase("""{"dnat": {"addr": "192.0.2.1", "unless": 1}}""")]
    [TestCase("""{"vmap": {"key": {"meta": {"key": "mark"}}, "data": {"set": [[1, {"accept": null}]]}, "unless": 1}}""")]
    [TestCase("""{"vmap": {"key": {"meta": {"key": "mark"}}, "data": {"set": [[1]]}}}""")]
    [TestCase("[]")]
    [TestCase("7")]
    public void A_statement_with_something_added_may_do_anything(string rule)
    {
        StepsOf(rule).Should().ContainSingle().Which.Should().BeOfType<OpaqueStep>();
    }

    [Test]
    public void An_object_with_something_added_forbids_a_proof()
    {
        var text = Text("""{"accept": null}""", "inet", "output").Replace("\"prio\": 0", "\"prio\": 0, \"unless\": 1");

        Read(text).Ruleset.Tables[0].Obstacles.Should().ContainSingle().Which.Should().Contain("unless");
    }

    [Test]
    public void A_translation_by_a_map_may_end_the_rule()
    {
        StepsOf("{\"dnat\": {\"family\": \"ip\", \"addr\": {\"map\": {\"key\": " + Address + ", \"data\": \"@a\"}}}}")
            .Select(step => step.GetType()).Should().Equal(typeof(FamilyStep), typeof(UnknownStep), typeof(TranslateStep));
    }

    [TestCase("in", "32", typeof(MatchStep))]
    [TestCase("in", "[16, 32]", typeof(MatchStep))]
    [TestCase("!", "[16, 32]", typeof(MatchStep))]
    [TestCase("in", "8192", typeof(UnknownStep))]
    [TestCase("!", "[8, 32]", typeof(UnknownStep))]
    [TestCase("==", "32", typeof(UnknownStep))]
    [TestCase("!=", "32", typeof(UnknownStep))]
    [TestCase("==", """{"set": [8, 32]}""", typeof(UnknownStep))]
    public void A_status_of_connections_that_changes_on_the_way_is_an_unknown(string op, string value, Type step)
    {
        StepsOf("{\"match\": {\"op\": \"" + op + "\", \"left\": {\"ct\": {\"key\": \"status\"}}, \"right\": " + value + "}}")
            .Should().ContainSingle().Which.Should().BeOfType(step);
    }

    [TestCase("counter")]
    [TestCase("ct helper")]
    [TestCase("ct timeout")]
    [TestCase("secmark")]
    public void An_object_from_a_map_ends_the_rule_where_the_map_has_no_key(string statement)
    {
        Object(statement, """{"set": [["192.0.2.1", "x"]]}""").Select(step => step.GetType())
            .Should().Equal(typeof(FamilyStep), typeof(MatchStep));
        Object(statement, "\"@gone\"").Should().ContainSingle().Which.Should().BeOfType<UnknownStep>();
        StepsOf("{\"" + statement + "\": \"x\"}").Should().BeEmpty();
    }

    [TestCase("icmp")]
    [TestCase("icmpv6")]
    [TestCase("igmp")]
    public void A_checksum_where_others_have_a_port_is_not_written_unseen(string protocol)
    {
        StepsOf("{\"mangle\": {\"key\": {\"payload\": {\"protocol\": \"" + protocol + "\", \"field\": \"checksum\"}}, \"value\": 53}}")
            .Should().ContainSingle().Which.Should().BeOfType<OpaqueStep>();
    }

    private static List<RuleStep> Object(string statement, string data)
    {
        return StepsOf("{\"" + statement + "\": {\"map\": {\"key\": " + Address + ", \"data\": " + data + "}}}");
    }

    private static List<RuleStep> StepsOf(string rule, string family = "inet")
    {
        var hook = family == "netdev" ? "egress" : "output";
        return [.. Read(rule, family, hook).Ruleset.Tables[0].Chains[0].Rules[0].Steps];
    }

    private static LoadedRuleset Read(string rule, string family, string hook) => Read(Text(rule, family, hook));

    private static LoadedRuleset Read(string text)
    {
        return RulesetReader.FromListings([new RulesetListing("test", Encoding.UTF8.GetBytes(text))]);
    }

    private static string Text(string rule, string family, string hook)
    {
        const string template = """
            {"nftables": [{"table": {"family": "FAMILY", "name": "t"}},
            {"map": {"family": "FAMILY", "name": "m", "table": "t", "type": "ipv4_addr", "map": "mark",
             "elem": [["192.0.2.1", 5], ["192.0.2.2", 6]]}},
            {"set": {"family": "FAMILY", "name": "strange", "table": "t", "type": "mark", "stmt": [{"limit": {"rate": 1}}]}},
            {"chain": {"family": "FAMILY", "table": "t", "name": "o", "type": "filter", "hook": "HOOK", "prio": 0, "policy": "accept"}},
            {"rule": {"family": "FAMILY", "table": "t", "chain": "o", "expr": [RULE]}}]}
            """;
        return template.Replace("FAMILY", family).Replace("HOOK", hook).Replace("RULE", rule);
    }
}
