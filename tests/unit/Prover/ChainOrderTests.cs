// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using static LeakVerifier.UnitTests.Prover.HandMadeChains;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Chains of one hook whose priorities are equal: the order of their loading decides, which nothing lists.</summary>
public sealed class ChainOrderTests
{
    [TestCase(0, Verdict.Inconclusive)]
    [TestCase(1, Verdict.Proved)]
    public void Of_chains_with_one_priority_any_may_be_the_first(int priority, Verdict expected)
    {
        var marks = Filter(Hook.Output, 0, acceptsByDefault: true, [.. Neither, Mark]);
        var drops = Filter(Hook.Output, priority, acceptsByDefault: true, [Marked, Drop]);

        var answer = Prove(marks, drops, Forward).Paths[0];

        answer.Verdict.Should().Be(expected);
        answer.Reason.Should().Be(expected == Verdict.Proved ? "" :
            "it depends on the order of inet wall Output 0 0 and inet wall Output 0 1, which have the same priority");
    }

    [Test]
    public void A_leak_in_every_order_is_a_leak_and_chains_that_only_accept_and_drop_have_no_order()
    {
        var marks = Filter(Hook.Output, 0, acceptsByDefault: true, [Mark]);

        Prove(marks, Output([Accept]), Forward).Paths[0].Verdict.Should().Be(Verdict.Leak);
        Prove(Output(), Output(), Output(), Output(), Forward).Verdict.Should().Be(Verdict.Proved);
    }

    [Test]
    public void Many_chains_of_one_priority_that_change_packets_are_not_followed()
    {
        var marks = Filter(Hook.Output, 0, acceptsByDefault: true, [Mark]);

        var answer = Prove(marks, Output(), Output(), Output(), Forward).Paths[0];

        answer.Verdict.Should().Be(Verdict.Inconclusive);
        answer.Reason.Should().Contain("the same priority").And.Contain("too many");
    }

    [Test]
    public void A_second_opinion_on_chains_that_are_not_followed_is_not_asked_for()
    {
        var chains = Enumerable.Range(0, 4)
            .Select(i => Filter(Hook.Output, 0, acceptsByDefault: true, [Mark]) with { Name = $"output{i}" });
        var table = new Table(TableFamily.Inet, "wall", IsDormant: false, [.. chains, Forward]);

        var result = RulesetProver.Prove(
            Loaded(table), Listings.Policy, ProofOptions.Default with { CrossCheck = true });

        result.Paths[0].Verdict.Should().Be(Verdict.Inconclusive);
        result.Paths[0].SecondOpinion.Should().StartWith("not asked: the order of ");
    }

    [Test]
    public void A_chain_with_the_priority_of_translations_is_before_or_behind_them()
    {
        var toTheTunnel = new TranslateStep(IsDestination: true, Number("192.0.2.1"), null, KeepsPort: true);
        var nat = Of(ChainType.Nat, Hook.Output, -100, acceptsByDefault: true, [.. To("198.51.100.7/32"), toTheTunnel]);
        var filter = Filter(Hook.Output, -100, acceptsByDefault: false,
            [.. To("192.0.2.1/32"), Drop], [.. To("198.51.100.7/32"), Accept]);

        var answer = Prove(nat, filter, Forward).Paths[0];

        answer.Verdict.Should().NotBe(Verdict.Proved);
    }
}
