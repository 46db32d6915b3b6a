// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>What rules ask of IPv6's extension headers.</summary>
public sealed class ExtensionHeaderTests
{
    private static readonly RuleStep HasHeader = new FragmentHeaderStep("exthdr frag exists");
    private static readonly RuleStep IsIPv6 = new FamilyStep(IpFamily.Ip6);
    private static readonly RuleStep IsLater = MatchStep.Of(new FieldKey(Field.FragmentOffset, 3, 13), [new ValueRange(1, 0x1fff)]);
    private static readonly RuleStep Accept = new VerdictStep(VerdictKind.Accept);
    private static readonly RuleStep Drop = new VerdictStep(VerdictKind.Drop);

    [Test]
    public void A_later_fragment_has_a_fragment_header_for_sure()
    {
        Output([HasHeader, Drop], [IsIPv6, IsLater, Accept]).Should().Be(Verdict.Proved);
        Output([IsIPv6, IsLater, Accept]).Should().Be(Verdict.Leak, "the second rule is what lets them out");
    }

    [Test]
    public void A_whole_packet_may_have_one_or_not()
    {
        Output([HasHeader, Drop], [IsIPv6, Accept]).Should().Be(Verdict.Inconclusive);
        Output([HasHeader, Accept]).Should().Be(Verdict.Leak);
    }

    [TestCase("""{"match": {"op": "==", "left": {"exthdr": {"name": "frag"}}, "right": true}}""", typeof(FragmentHeaderStep))]
    [TestCase("""{"match": {"op": "==", "left": {"exthdr": {"name": "frag"}}, "right": false}}""", typeof(UnknownStep))]
    [TestCase("""{"match": {"op": "!=", "left": {"exthdr": {"name": "frag"}}, "right": true}}""", typeof(UnknownStep))]
    [TestCase("""{"match": {"op": "==", "left": {"exthdr": {"name": "frag", "field": "frag-off"}}, "right": 0}}""", typeof(UnknownStep))]
    [TestCase("""{"match": {"op": "!=", "left": {"exthdr": {"name": "frag", "field": "frag-off"}}, "right": 1}}""", typeof(UnknownStep))]
    [TestCase("""{"match": {"op": "==", "left": {"exthdr": {"name": "rt"}}, "right": true}}""", typeof(UnknownStep))]
    public void Of_other_questions_nothing_is_known(string match, Type expected)
    {
        StepsOf(match).Should().ContainSingle().Which.Should().BeOfType(expected);
    }

    [Test]
    public void An_offset_is_that_of_the_first_fragment_header_which_need_not_be_the_one_that_counts()
    {
        const string match = """{"match": {"op": "!=", "left": {"exthdr": {"name": "frag", "field": "frag-off"}}, "right": 0}}""";

        StepsOf(match).Select(step => step.GetType()).Should().Equal(typeof(FamilyStep), typeof(MatchStep), typeof(UnknownStep));
    }

    private static Verdict Output(params RuleStep[][] rules)
    {
        var numbered = rules.Select((steps, index) => new Rule($"rule {index}", "", [.. steps])).ToImmutableArray();
        var chain = new Chain("output", new BaseChain(ChainType.Filter, Hook.Output, 0, AcceptsByDefault: false), numbered);
        var table = new Table(TableFamily.Inet, "t", IsDormant: false, [chain]);
        var loaded = new LoadedRuleset(new Ruleset([table])) { Interfaces = ["lo", "eth0", "tun0"] };
        return RulesetProver.Prove(loaded, Listings.Policy).Paths[1].Verdict;
    }

    private static ImmutableArray<RuleStep> StepsOf(string match)
    {
        const string template = """
            {"nftables": [{"table": {"family": "inet", "name": "t"}},
            {"chain": {"family": "inet", "table": "t", "name": "o", "type": "filter", "hook": "output", "prio": 0, "policy": "accept"}},
            {"rule": {"family": "inet", "table": "t", "chain": "o", "handle": 2, "expr": [RULE]}}]}
            """;
        var json = new RulesetListing("json", Encoding.UTF8.GetBytes(template.Replace("RULE", match)));
        return RulesetReader.FromListings([json]).Ruleset.Tables[0].Chains[0].Rules[0].Steps;
    }
}
