// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>
/// Tables of iptables-nft, which two programs list: nft without the parameters of extensions, iptables-nft-save with them, but
/// with rules of other programs shown as what they are not.
/// </summary>
public sealed class XtablesTests
{
    private const string Owner = """{"xt": {"type": "match", "name": "owner"}}""";
    private const string Accept = """{"accept": null}""";

    [Test]
    public void A_rule_of_another_program_is_read_as_nft_lists_it()
    {
        const string set = """{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": "@s"}}""";
        string[] json = [$"{Owner}, {Accept}", $$"""{{set}}, {"drop": null}"""];

        Output(Listed("accept", json), Saved("ACCEPT", "-m owner --uid-owner 1194 -j ACCEPT", "-j DROP"))
            .Verdict.Should().Be(Verdict.Leak);
    }

    [TestCase("-m owner --uid-owner 1194 -d 203.0.113.10/32 -p udp -m udp --dport 1194 -j ACCEPT", Verdict.Leak)]
    [TestCase("-m owner --uid-owner 1194 -j ACCEPT", Verdict.Leak)]
    [TestCase("-m owner --uid-owner 1194 -m owner --gid-owner 5 -j ACCEPT", Verdict.Inconclusive)]
    [TestCase("-m state --state NEW -j ACCEPT", Verdict.Inconclusive)]
    [TestCase("-m owner ! --uid-owner 0-4294967295 -m weather --is-sunny -j DROP", Verdict.Leak)]
    public void Of_an_extension_only_the_parameters_are_taken(string rule, Verdict verdict)
    {
        Output(Listed("drop", $"{Owner}, {Accept}"), Saved("DROP", rule)).Verdict.Should().Be(verdict);
    }

    [Test]
    public void A_listing_with_another_number_of_rules_is_not_taken()
    {
        var answer = Output(Listed("drop", $"{Owner}, {Accept}"), Saved("DROP", "-m owner --uid-owner 1 -j ACCEPT", "-j DROP"));

        answer.Verdict.Should().Be(Verdict.Inconclusive);
        answer.Unknowns.Should().Contain(unknown => unknown.Contains("owner"));
    }

    [TestCase("""{"xt": {"type": "target", "name": "CT"}}""", "-j NOTRACK", typeof(NotrackStep))]
    [TestCase("""{"xt": {"type": "target", "name": "CT"}}""", "-j MARK --set-xmark 0x1/0xffffffff", typeof(OpaqueStep))]
    [TestCase("""{"xt": {"type": "target", "name": "NFQUEUE"}}""", "-j NFQUEUE --queue-num 1", typeof(OpaqueStep))]
    [TestCase("""{"xt": {"type": "match", "name": "conntrack"}}, {"drop": null}""", "-m state --state NEW -j DROP",
        typeof(MatchStep), typeof(VerdictStep))]
    [TestCase("""{"xt": {"type": "match", "name": "udp"}}, {"drop": null}""", "-p udp -m udp -j DROP",
        typeof(MatchStep), typeof(VerdictStep))]
    [TestCase("""{"xt": null}""", "-m owner --uid-owner 1 -j ACCEPT", typeof(OpaqueStep))]
    [TestCase("""{"xt": {"type": "match", "name": "owner", "revision": 9}}""", "-m owner --uid-owner 1", typeof(OpaqueStep))]
    public void Extensions_of_both_listings_are_held_against_each_other(string json, string rule, params Type[] steps)
    {
        var table = RulesetReader.FromListings([Listed("drop", json), Saved("DROP", rule)]).Ruleset.Tables.Single();

        table.Chains.Single().Rules.Single().Steps.Select(step => step.GetType()).Should().Equal(steps);
    }

    [Test]
    public void Whether_a_table_is_dormant_is_known_from_nft()
    {
        var awake = Listed("drop", $"{Owner}, {Accept}");
        var text = Encoding.UTF8.GetString(awake.Content.Span).Replace("\"name\": \"filter\"}}", "\"name\": \"filter\", \"flags\": \"dorm\"}}");
        var saved = Saved("DROP", "-m owner --uid-owner 1 -o tun0 -j ACCEPT");

        Output(awake with { Content = Encoding.UTF8.GetBytes(text) }, saved).Verdict.Should().Be(Verdict.Leak);
    }

    [Test]
    public void What_iptables_nft_lists_alone_is_no_proof()
    {
        var result = RulesetProver.Prove(RulesetReader.FromListings([Saved("DROP", "-o tun0 -j ACCEPT")]), Listings.Policy);

        result.Paths[0].Verdict.Should().Be(Verdict.Proved);
        result.Obstacles.Should().ContainSingle().Which.Should().Contain("nft -j -n list ruleset");
        result.Verdict.Should().NotBe(Verdict.Proved);
    }

    private static PathAnswer Output(params RulesetListing[] listings)
    {
        return RulesetProver.Prove(RulesetReader.FromListings(listings), Listings.Policy).Paths[0];
    }

    private static RulesetListing Listed(string policy, params string[] rules)
    {
        const string head = """
            {"nftables": [{"table": {"family": "ip", "name": "filter"}},
            {"set": {"family": "ip", "name": "s", "table": "filter", "type": "ipv4_addr", "elem": ["203.0.113.66"]}},
            {"chain": {"family": "ip", "table": "filter", "name": "OUTPUT", "type": "filter", "hook": "output", "prio": 0,
             "policy": "POLICY"}}
            """;
        var text = head.Replace("POLICY", policy) + string.Concat(rules.Select(rule =>
            ",{\"rule\": {\"family\": \"ip\", \"table\": \"filter\", \"chain\": \"OUTPUT\", \"expr\": [" + rule + "]}}")) + "]}";
        return new RulesetListing("nft", Encoding.UTF8.GetBytes(text));
    }

    private static RulesetListing Saved(string policy, params string[] rules)
    {
        var text = $"# Generated by iptables-nft-save v1.8.9 (nf_tables)\n*filter\n:OUTPUT {policy} [0:0]\n"
            + string.Concat(rules.Select(rule => $"-A OUTPUT {rule}\n")) + "COMMIT\n";
        return new RulesetListing("iptables-nft-save", Encoding.UTF8.GetBytes(text));
    }
}
