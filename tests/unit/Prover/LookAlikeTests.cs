// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Rulesets with the shape of well-known programs', written for these tests.</summary>
public sealed class LookAlikeTests
{
    [Test]
    public void The_shape_of_ufw_is_read_and_leaks_by_established_and_by_the_servers_address()
    {
        var result = RulesetProver.Prove(Listings.Read("ufw.ip4.save", "ufw.ip6.save"), Listings.Policy);

        Causes(result, PathKind.Output, IpFamily.Ip4).Should().BeEquivalentTo(
            "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "-d 203.0.113.10/32 -p udp -m udp --dport 1194 -j ACCEPT");
        Answer(result, PathKind.Forward, IpFamily.Ip4).Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void The_shape_of_firewalld_is_read_and_leaks_by_established()
    {
        var result = RulesetProver.Prove(Listings.ReadNft("firewalld"), Listings.Policy);

        Causes(result, PathKind.Output, IpFamily.Ip4).Should().BeEquivalentTo("ct state { 2, 4 } accept");
        Answer(result, PathKind.Output, IpFamily.Ip6).Verdict.Should().Be(Verdict.Leak);
        Causes(result, PathKind.Forward, IpFamily.Ip4).Should().Contain("meta l4proto { 1, 58 } accept");
    }

    [TestCase(IpFamily.Ip4)]
    [TestCase(IpFamily.Ip6)]
    public void The_shape_of_Docker_is_read_and_lets_containers_out(IpFamily family)
    {
        var result = RulesetProver.Prove(Listings.Read("docker.ip4.save", "docker.ip6.save"), Listings.Policy);

        Causes(result, PathKind.Forward, family).Should().Contain("-i docker0 ! -o docker0 -j ACCEPT");
        Answer(result, PathKind.Forward, family).Verdict.Should().Be(Verdict.Leak);
    }

    [TestCase(IpFamily.Ip4)]
    [TestCase(IpFamily.Ip6)]
    public void The_shape_of_Dockers_own_nftables_is_read_with_its_maps_of_bridges(IpFamily family)
    {
        var result = RulesetProver.Prove(Listings.ReadNft("docker"), Listings.Policy);

        Answer(result, PathKind.Forward, family).Causes.Select(cause => cause.Rules[^1])
            .Should().Contain($"{Name(family)} bridges outof_docker0 #1: accept")
            .And.Contain($"{Name(family)} bridges into_docker0 #1: ct state established,related accept");
    }

    [TestCase(IpFamily.Ip4, "192.168.122.0/24")]
    [TestCase(IpFamily.Ip6, "2001:db8:122::/64")]
    public void The_shape_of_libvirt_is_read_and_lets_guests_out(IpFamily family, string guests)
    {
        var result = RulesetProver.Prove(Listings.Read("libvirt.ip4.save", "libvirt.ip6.save"), Listings.Policy);

        Causes(result, PathKind.Forward, family).Should().Contain($"-s {guests} -i virbr0 -j ACCEPT");
    }

    [TestCase(IpFamily.Ip4, "192.168.122.0/24")]
    [TestCase(IpFamily.Ip6, "2001:db8:122::/64")]
    public void The_shape_of_libvirts_own_nftables_is_read_and_lets_guests_out(IpFamily family, string guests)
    {
        var result = RulesetProver.Prove(Listings.ReadNft("libvirt"), Listings.Policy);

        Answer(result, PathKind.Forward, family).Causes.SelectMany(cause => cause.Rules)
            .Should().Contain($"{Name(family)} guests outof #1: {Name(family)} saddr {guests} meta iifname virbr0 accept");
    }

    [Test]
    public void The_kill_switch_of_wg_quicks_manual_lets_only_its_mark_out()
    {
        var policy = Listings.Policy with { TunnelInterface = new("wg0", IsPrefix: false) };

        var result = RulesetProver.Prove(Listings.Read("wg-quick.ip4.save", "wg-quick.ip6.save"), policy);

        foreach (var family in new[] { IpFamily.Ip4, IpFamily.Ip6 })
        {
            var output = Answer(result, PathKind.Output, family);
            output.Verdict.Should().Be(Verdict.Leak);
            output.Causes.Should().ContainSingle().Which.Region.Should().Contain("mark 0xca6c");
            output.Causes[0].Witness.Recipe.Should().Be(StateRecipe.Mark);
        }
    }

    [Test]
    public void The_shape_of_Qubes_is_read_and_names_the_groups_of_interfaces_that_nobody_can_know()
    {
        var result = RulesetProver.Prove(Listings.ReadNft("qubes"), Listings.Policy);

        var forward = Answer(result, PathKind.Forward, IpFamily.Ip4);
        forward.Verdict.Should().Be(Verdict.Inconclusive);
        forward.Unknowns.Should().HaveCount(2);
        forward.Unknowns.Should().ContainSingle(unknown => unknown.StartsWith("meta iifgroup in"));
        forward.Unknowns.Should().ContainSingle(unknown => unknown.StartsWith("meta oifgroup in"));
        forward.Reason.Should().Contain("iifgroup").And.Contain("oifgroup");
        Causes(result, PathKind.Forward, IpFamily.Ip4).Should().Contain(rule => rule.StartsWith("ct state"), "it depends on the groups, too");
        Answer(result, PathKind.Output, IpFamily.Ip4).Verdict.Should().Be(Verdict.Leak, "its output accepts");
        Answer(result, PathKind.Forward, IpFamily.Ip6).Verdict.Should().Be(Verdict.Leak, "it has rules of IPv4 only");
    }

    private static PathAnswer Answer(ProofResult result, PathKind path, IpFamily family)
    {
        return result.Paths.Single(answer => answer.Path == path && answer.Family == family);
    }

    private static string Name(IpFamily family) => family == IpFamily.Ip4 ? "ip" : "ip6";

    private static IEnumerable<string> Causes(ProofResult result, PathKind path, IpFamily family)
    {
        return Answer(result, path, family).Causes.Select(cause => cause.Rules[^1][(cause.Rules[^1].IndexOf(": ") + 2)..]);
    }
}
