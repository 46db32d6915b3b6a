// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Probing;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Probes stand where rules change their minds, and the policy forbids each.</summary>
public sealed class BoundaryProbesTests
{
    private static readonly EgressPolicy Policy = Listings.LocalPolicy with
    {
        Forwarding = true,
        InternalInterfaces = [new InterfacePattern("eth1", IsPrefix: false)],
    };

    [Test]
    public void None_of_them_leaves_by_the_interpreter_where_the_prover_proves_that_none_can()
    {
        var loaded = Listings.ReadNft("good") with { Interfaces = ["lo", "eth0", "tun0"] };
        RulesetProver.Prove(loaded, Policy).Verdict.Should().Be(Verdict.Proved);

        var probes = Make(loaded);

        probes.Should().HaveCountGreaterThan(200);
        probes.Should().OnlyContain(probe => !Interpreter.Explain(loaded.Ruleset, probe).Leaves);
    }

    [Test]
    public void They_find_a_hole_of_one_port_and_one_user()
    {
        var loaded = Listings.ReadNft("good") with { Interfaces = ["lo", "eth0", "tun0"] };
        var hole = new Rule("hole", "",
        [
            MatchStep.Of(FieldKey.Whole(Field.Uid), [ValueRange.Exactly(7777)]),
            MatchStep.Of(FieldKey.Whole(Field.Protocol), [ValueRange.Exactly(17)]),
            MatchStep.Of(FieldKey.DestinationPort, [ValueRange.Exactly(4711)]), new VerdictStep(VerdictKind.Accept),
        ]);
        var opened = loaded with
        {
            Ruleset = new Ruleset([.. loaded.Ruleset.Tables.Select(table => table with
            {
                Chains = [.. table.Chains.Select(chain => chain.Base?.Hook == Hook.Output
                    ? chain with { Rules = chain.Rules.Insert(0, hole) }
                    : chain)],
            })]),
        };

        Make(opened).Should().Contain(probe => Interpreter.Explain(opened.Ruleset, probe).Leaves);
    }

    [Test]
    public void The_policy_forbids_each_and_allows_what_it_lists()
    {
        var loaded = Listings.ReadNft("good") with { Interfaces = ["lo", "eth0", "tun0"] };
        var oracle = new PolicyOracle(loaded, Policy);
        var tunnels = PacketReader.Read("oif=eth0 daddr=203.0.113.10 proto=udp dport=1194 uid=1194");

        Make(loaded).Should().OnlyContain(probe => oracle.IsLeak(probe));
        oracle.IsLeak(tunnels).Should().BeFalse();
        oracle.IsLeak(tunnels.With(Field.Uid, 1195)).Should().BeTrue();
        oracle.IsLeak(tunnels with { OutInterface = "tun0" }).Should().BeFalse("the tunnel is not physical");
    }

    private static ImmutableArray<Packet> Make(LoadedRuleset loaded)
    {
        return new BoundaryProbes(loaded, Policy, seed: 1)
        {
            OutInterfaces = ["eth0", "eth9"],
            InInterfaces = ["tun0"],
        }.Make(250);
    }
}
