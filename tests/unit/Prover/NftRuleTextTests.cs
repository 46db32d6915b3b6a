// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>What a proof shows of a rule: nft's own words, from what nft 1.0.6 gives as JSON for them.</summary>
public sealed class NftRuleTextTests
{
    [TestCase("""{"match":{"op":"==","left":{"fib":{"result":"type","flags":["daddr","iif"]}},"right":"local"}}""", "fib daddr . iif type local")]
    [TestCase("""{"match":{"op":"==","left":{"fib":{"result":"oif","flags":"saddr"}},"right":true}}""", "fib saddr oif exists")]
    [TestCase("""{"match":{"op":"==","left":{"ct":{"key":"ip saddr","dir":"original"}},"right":"192.0.2.1"}}""", "ct original ip saddr 192.0.2.1")]
    [TestCase("""{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","new"]}}""", "ct state established,new")]
    [TestCase("""{"match":{"op":"!=","left":{"meta":{"key":"oifname"}},"right":{"set":["eth0","eth1"]}}}""", "meta oifname != { eth0, eth1 }")]
    [TestCase("""{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"tcp","field":"flags"}},["fin","syn"]]},"right":"syn"}}""", "tcp flags & (fin | syn) syn")]
    [TestCase("""{"match":{"op":"==","left":{"payload":{"base":"th","offset":0,"len":8}},"right":1}}""", "@th,0,8 1")]
    [TestCase("""{"match":{"op":"==","left":{"exthdr":{"name":"frag"}},"right":true}}""", "exthdr frag exists")]
    [TestCase("""{"match":{"op":"==","left":{"exthdr":{"name":"frag","field":"more-fragments"}},"right":1}}""", "frag more-fragments 1")]
    [TestCase("""{"match":{"op":"==","left":{"tcp option":{"name":"maxseg","field":"size"}},"right":{"range":[1,500]}}}""", "tcp option maxseg size 1-500")]
    [TestCase("""{"match":{"op":"==","left":{"rt":{"key":"nexthop","family":"ip"}},"right":"192.0.2.1"}}""", "rt ip nexthop 192.0.2.1")]
    [TestCase("""{"match":{"op":"==","left":{"concat":[{"payload":{"protocol":"ip","field":"saddr"}},{"payload":{"protocol":"tcp","field":"dport"}}]},"right":{"set":[{"concat":[{"prefix":{"addr":"192.0.2.0","len":24}},22]}]}}}""", "ip saddr . tcp dport { 192.0.2.0/24 . 22 }")]
    [TestCase("""{"match":{"op":"==","left":{"meta":{"key":"mark"}},"right":{"set":[1,2,3,4,5,6,7,8,9]}}}""", "meta mark { 1, 2, 3, 4, 5, 6, 7, 8, ... }")]
    public void A_match_reads_as_nft_writes_it(string json, string text)
    {
        TextOf(json).Should().Be(text);
    }

    [TestCase("""{"dnat":{"family":"ip","addr":"192.0.2.1","port":53}}""", "dnat to 192.0.2.1:53")]
    [TestCase("""{"dnat":{"family":"ip6","addr":"2001:db8::1","port":53}}""", "dnat to [2001:db8::1]:53")]
    [TestCase("""{"dnat":{"family":"ip","addr":{"range":["192.0.2.1","192.0.2.4"]},"port":{"range":[53,60]},"flags":"random"}}""", "dnat to 192.0.2.1-192.0.2.4:53-60 random")]
    [TestCase("""{"dnat":{"family":"ip","addr":{"map":{"key":{"payload":{"protocol":"ip","field":"daddr"}},"data":"@m"}}}}""", "dnat to ip daddr map @m")]
    [TestCase("""{"snat":{"addr":{"map":{"key":{"numgen":{"mode":"inc","mod":2,"offset":0}},"data":{"set":[[0,"192.0.2.1"],[1,"192.0.2.2"]]}}}}}""", "snat to numgen inc mod 2 map { 0 : 192.0.2.1, 1 : 192.0.2.2 }")]
    [TestCase("""{"redirect":{"port":5353}}""", "redirect to :5353")]
    [TestCase("""{"masquerade":{"port":{"range":[1024,2048]},"flags":["random","fully-random"]}}""", "masquerade to :1024-2048 random,fully-random")]
    [TestCase("""{"masquerade":{"flags":"random"}}""", "masquerade random")]
    [TestCase("""{"masquerade":null}""", "masquerade")]
    [TestCase("""{"set":{"op":"add","elem":{"elem":{"val":{"payload":{"protocol":"ip","field":"saddr"}},"timeout":5}},"set":"@s"}}""", "add @s { ip saddr timeout 5 }")]
    [TestCase("""{"mangle":{"key":{"ct":{"key":"mark"}},"value":{"|":[{"meta":{"key":"mark"}},1]}}}""", "ct mark set meta mark | 1")]
    [TestCase("""{"vmap":{"key":{"payload":{"protocol":"tcp","field":"dport"}},"data":{"set":[[22,{"jump":{"target":"e"}}],[{"range":[80,90]},{"drop":null}]]}}}""", "tcp dport vmap { 22 : jump e, 80-90 : drop }")]
    [TestCase("""{"reject":{"type":"icmpx","expr":"admin-prohibited"}}""", "reject with icmpx admin-prohibited")]
    [TestCase("""{"reject":{"type":"tcp reset"}}""", "reject with tcp reset")]
    [TestCase("""{"limit":{"rate":10,"burst":0,"per":"second","inv":true,"rate_unit":"mbytes","burst_unit":"bytes"}}""", "limit rate over 10 mbytes/second")]
    [TestCase("""{"limit":{"rate":3,"burst":5,"per":"second"}}""", "limit rate 3/second")]
    [TestCase("""{"quota":{"val":10,"val_unit":"mbytes","inv":true}}""", "quota over 10 mbytes")]
    [TestCase("""{"limit":"l1"}""", "limit name l1")]
    [TestCase("""{"quota":"q1"}""", "quota name q1")]
    [TestCase("""{"synproxy":"s1"}""", "synproxy name s1")]
    [TestCase("""{"ct count":{"val":10,"inv":true}}""", "ct count over 10")]
    [TestCase("""{"log":{"prefix":"refused: ","level":"info"}}""", "log prefix \"refused: \"")]
    [TestCase("""{"goto":{"target":"closed"}}""", "goto closed")]
    [TestCase("""{"notrack":null}""", "notrack")]
    [TestCase("""{"accept":null}""", "accept")]
    public void A_statement_reads_as_nft_writes_it(string json, string text)
    {
        TextOf(json).Should().Be(text);
    }

    [Test]
    public void A_rule_is_its_matches_and_its_verdict_without_counters()
    {
        TextOf(
            """{"match":{"op":"==","left":{"meta":{"key":"skuid"}},"right":"tunnel"}}""",
            """{"counter":{"packets":3,"bytes":252}}""",
            """{"accept":null}""").Should().Be("meta skuid tunnel accept");
    }

    [Test]
    public void A_statement_that_nobody_knows_stays_what_it_is()
    {
        TextOf("""{"teleport":{"to":"mars"}}""").Should().Be("""{"teleport":{"to":"mars"}}""");
    }

    private static string TextOf(params string[] statements)
    {
        return NftRuleText.Of([.. statements.Select(json => JsonDocument.Parse(json).RootElement)]);
    }
}
