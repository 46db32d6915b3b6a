// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Rules of iptables-save whose meaning is other than it seems. Each case was sent on the wire once.</summary>
public sealed class IptablesReaderTests
{
    [TestCase("hbh")]
    [TestCase("dst")]
    [TestCase("rt")]
    [TestCase("mh")]
    [TestCase("eui64")]
    [TestCase("ipv6header")]
    [TestCase("ah")]
    [TestCase("esp")]
    [TestCase("socket")]
    [TestCase("rpfilter")]
    public void A_match_without_options_is_not_no_match(string module)
    {
        StepsOf($"-m {module} -j DROP").Should().HaveCount(2).And.ContainSingle(step => step is UnknownStep);
        Output(IpFamily.Ip6, "ACCEPT", $"-m {module} -j DROP").Verdict.Should().Be(Verdict.Inconclusive);
    }

    [TestCase("-p udp -m udp -j DROP", "! -p udp -j DROP")]
    [TestCase("-p tcp -m tcp -j DROP", "! -p tcp -j DROP")]
    [TestCase("-p icmp -m icmp --icmp-type any -j DROP", "! -p icmp -j DROP")]
    [TestCase("-p icmp -m icmp --icmp-type 255/3 -j DROP", "! -p icmp -j DROP")]
    public void A_match_of_a_transport_protocol_without_a_condition_does_not_match_later_fragments(params string[] rules)
    {
        var answer = Output(IpFamily.Ip4, "ACCEPT", rules);

        answer.Verdict.Should().Be(Verdict.Leak);
        answer.Causes.Should().OnlyContain(cause => cause.Witness.Recipe == StateRecipe.Fragment);
        Output(IpFamily.Ip4, "ACCEPT", "-p udp -j DROP", "! -p udp -j DROP").Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void The_ICMP_type_255_means_any_type_in_IPv4_only()
    {
        string[] rules = ["-p ipv6-icmp -m icmp6 --icmpv6-type 255 -j DROP", "-p ipv6-icmp -j ACCEPT"];

        Output(IpFamily.Ip6, "DROP", rules).Verdict.Should().Be(Verdict.Leak);
        StepsOf("-p icmp -m icmp ! --icmp-type any -j ACCEPT").Should().Contain(step => step is NeverStep);
    }

    [TestCase("-m conntrack --ctstate INVALID --ctdir REPLY -j ACCEPT", Verdict.Leak)]
    [TestCase("-m conntrack --ctstate INVALID,NEW --ctdir REPLY -j ACCEPT", Verdict.Inconclusive)]
    [TestCase("-m conntrack ! --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT", Verdict.Inconclusive)]
    [TestCase("-m conntrack --ctstate SNAT --ctdir REPLY -j ACCEPT", Verdict.Inconclusive)]
    public void A_packet_without_a_connection_matches_by_its_state_alone(string rule, Verdict verdict)
    {
        Output(IpFamily.Ip4, "DROP", rule).Verdict.Should().Be(verdict);
        StepsOf("-m conntrack --ctstate NEW --ctdir REPLY -j ACCEPT").Should().HaveCount(3)
            .And.NotContain(step => step is UnknownStep);
    }

    [Test]
    public void A_socket_of_the_kernel_exists_although_it_has_no_file()
    {
        string[] rules = ["-m owner ! --socket-exists -j DROP", "-m owner --uid-owner 0-4294967295 -j DROP"];

        Output(IpFamily.Ip4, "ACCEPT", rules).Verdict.Should().Be(Verdict.Inconclusive);
        StepsOf("-m owner --socket-exists -j DROP")[0].Should().BeOfType<UnknownStep>();
    }

    [Test]
    public void A_group_of_many_is_not_the_groups_own()
    {
        string[] rules = ["-m owner --gid-owner 100 -j DROP", "-m owner --gid-owner 100 --suppl-groups -j ACCEPT"];

        Output(IpFamily.Ip4, "DROP", rules).Verdict.Should().Be(Verdict.Inconclusive);
    }

    [TestCase("-j CONNMARK --restore-mark --right-shift-mark 2")]
    [TestCase("-j CONNMARK --set-xmark 0x1/0x1 --left-shift-mark 1")]
    [TestCase("-j CONNMARK --save-mark --restore-mark")]
    [TestCase("-j CONNMARK")]
    [TestCase("-j MARK --set-xmark 0x1/0x1 --or-mark 0x2")]
    [TestCase("-j MARK")]
    [TestCase("-j ACCEPT --unless sunday")]
    [TestCase("-j DROP --unless sunday")]
    [TestCase("-j RETURN --unless sunday")]
    [TestCase("-j REJECT --unless sunday")]
    [TestCase("-j SNAT --to-source 192.0.2.1 --unless sunday")]
    [TestCase("-j DNAT --to-destination 192.0.2.1 --unless sunday")]
    [TestCase("-j REDIRECT --to-ports 1 --unless sunday")]
    [TestCase("-j MASQUERADE --unless sunday")]
    [TestCase("-j CT --unless sunday")]
    [TestCase("-j OTHER --unless sunday")]
    public void An_option_of_a_target_that_is_not_known_makes_the_target_unknown(string rule)
    {
        StepsOf(rule).Should().ContainSingle().Which.Should().BeOfType<OpaqueStep>();
    }

    [Test]
    public void An_ipset_may_hold_a_mark_for_the_packet()
    {
        StepsOf("-j SET --map-set s src --map-mark").Should().ContainSingle().Which.Should().BeOfType<AssignStep>()
            .Which.Value.Should().BeOfType<UnknownExpression>();
        StepsOf("-j SET --add-set s src").Should().BeEmpty();
    }

    [TestCase("-m comment --comment -f -j ACCEPT", typeof(VerdictStep))]
    [TestCase("-m comment --comment -j -j DROP", typeof(VerdictStep))]
    [TestCase("-m comment --comment \"! -o eth0\" -g OTHER", typeof(VerdictStep))]
    [TestCase("-o -f -j ACCEPT", typeof(MatchStep), typeof(VerdictStep))]
    [TestCase("-m recent --set --name -j --mask 255.255.255.255 --rsource -j ACCEPT",
        typeof(UnknownStep), typeof(UnknownStep), typeof(UnknownStep), typeof(UnknownStep), typeof(VerdictStep))]
    [TestCase("-m string --string -m --algo bm -j DROP", typeof(UnknownStep), typeof(UnknownStep), typeof(VerdictStep))]
    [TestCase("-j LOG --log-prefix -j")]
    [TestCase("-m weather --sky -j -j ACCEPT", typeof(OpaqueStep))]
    [TestCase("-m weather --sky -j LOG --log-prefix -j", typeof(OpaqueStep))]
    [TestCase("-m weather --sky -m tcp --dport 1 -j ACCEPT", typeof(UnknownStep), typeof(VerdictStep))]
    [TestCase("-m weather --sky ! -m tcp --dport 1", typeof(UnknownStep))]
    [TestCase("-m weather --sky -f", typeof(UnknownStep))]
    public void What_follows_an_option_is_its_argument_whatever_it_looks_like(string rule, params Type[] steps)
    {
        StepsOf(rule).Select(step => step.GetType()).Should().Equal(steps);
    }

    [Test]
    public void A_target_that_writes_flags_of_TCP_leaves_them_unknown()
    {
        StepsOf("-p tcp -m tcp -j ECN --ecn-tcp-remove")[^1].Should().BeOfType<AssignStep>().Which.Field.Should().Be(Field.TcpFlags);
    }

    [Test]
    public void A_match_may_give_the_packet_the_mark_of_a_socket()
    {
        StepsOf("-m socket --transparent --restore-skmark -m comment --comment x -j ACCEPT").Select(step => step.GetType())
            .Should().Equal(typeof(UnknownStep), typeof(AssignStep), typeof(VerdictStep));
        StepsOf("-m socket --transparent -j ACCEPT").Should().NotContain(step => step is AssignStep);
    }

    [Test]
    public void A_later_fragment_has_a_fragment_header_and_others_may()
    {
        string[] rules = ["-m frag -j DROP", "-d 2001:db8::7 -j ACCEPT"];

        Output(IpFamily.Ip6, "DROP", rules).Causes.Should().NotContain(cause => cause.Region.Contains("later fragments only"));
        Output(IpFamily.Ip6, "DROP", [.. rules, "-m frag -j ACCEPT"]).Causes.Should().NotBeEmpty();
    }

    private static List<RuleStep> StepsOf(string rule)
    {
        return [.. Read(IpFamily.Ip4, "DROP", [rule]).Ruleset.Tables[0].Chains.Single(c => c.Name == "OUTPUT").Rules[0].Steps];
    }

    private static PathAnswer Output(IpFamily family, string policy, params string[] rules)
    {
        return RulesetProver.Prove(Read(family, policy, rules), Listings.Policy).Paths
            .Single(answer => answer.Family == family && answer.Path == PathKind.Output);
    }

    private static LoadedRuleset Read(IpFamily family, string policy, string[] rules)
    {
        var program = family == IpFamily.Ip4 ? "iptables" : "ip6tables";
        var text = $"# Generated by {program}-save v1.8.9\n*filter\n:OUTPUT {policy} [0:0]\n:OTHER - [0:0]\n"
            + string.Concat(rules.Select(rule => $"-A OUTPUT {rule}\n")) + "COMMIT\n";
        return RulesetReader.FromListings([new RulesetListing("test", Encoding.UTF8.GetBytes(text))]);
    }
}
