// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Each rule of a closed firewall is weakened: the prover notices, or shows that the rule was redundant.</summary>
public sealed class MutationTests
{
    private static readonly EgressPolicy Policy = Listings.LocalPolicy with
    {
        Forwarding = true,
        InternalInterfaces = [new InterfacePattern("eth1", IsPrefix: false)],
    };

    [Test]
    public void Every_condition_of_an_accept_rule_matters()
    {
        var loaded = Listings.ReadNft("good");
        RulesetProver.Prove(loaded, Policy).Verdict.Should().Be(Verdict.Proved);
        foreach (var (name, weakened) in WithoutOneMatch(loaded.Ruleset))
        {
            var result = RulesetProver.Prove(loaded with { Ruleset = weakened }, Policy);

            if (!IsRedundant(name))
            {
                result.Verdict.Should().Be(Verdict.Leak, name);
            }
        }
    }

    [TestCase("inet wall output #4", Verdict.Leak)]
    [TestCase("inet wall output #6", Verdict.Proved)]
    [TestCase("inet wall output #1", Verdict.Proved)]
    public void A_rule_that_is_missing_is_noticed_unless_it_only_lets_through_or_repeats_the_policy(
        string name, Verdict expected)
    {
        var loaded = Listings.ReadNft("good");
        var weakened = Each(loaded.Ruleset, rules => rules.RemoveAll(rule => rule.Name == name));

        RulesetProver.Prove(loaded with { Ruleset = weakened }, Policy).Verdict.Should().Be(expected);
    }

    [Test]
    public void Every_closing_policy_matters_but_behind_a_final_reject()
    {
        var loaded = Listings.ReadNft("good");
        foreach (var name in new[] { "output", "forward" })
        {
            var tables = loaded.Ruleset.Tables.Select(table => table with
            {
                Chains = [.. table.Chains.Select(chain => chain.Name == name
                    ? chain with { Base = chain.Base! with { AcceptsByDefault = true } }
                    : chain)],
            });

            var result = RulesetProver.Prove(loaded with { Ruleset = new Ruleset([.. tables]) }, Policy);

            result.Verdict.Should().Be(name == "output" ? Verdict.Proved : Verdict.Leak, name);
        }
    }

    // Without its condition on the inner interface the rule still leads into the tunnel; a set of protocols that is only
    // there to have ports does not widen what is dropped to anything that leaves.
    private static bool IsRedundant(string name)
    {
        return name.StartsWith("inet wall forward #1 without 0", StringComparison.Ordinal)
            || name.StartsWith("inet wall forward #2 without 0", StringComparison.Ordinal)
            || name.StartsWith("inet wall forward #2 without 2", StringComparison.Ordinal)
            // The family is implied by the address that follows.
            || name.EndsWith(nameof(FamilyStep), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, Ruleset Weakened)> WithoutOneMatch(Ruleset ruleset)
    {
        var accepts = ruleset.Tables.SelectMany(table => table.Chains).SelectMany(chain => chain.Rules)
            .Where(rule => rule.Steps[^1] is VerdictStep { Kind: VerdictKind.Accept });
        foreach (var rule in accepts.ToList())
        {
            for (var i = 0; i < rule.Steps.Length - 1; i++)
            {
                var index = i;
                yield return ($"{rule.Name} without {index} {rule.Steps[index].GetType().Name}",
                    Each(ruleset, rules => [.. rules.Select(r =>
                        r == rule ? rule with { Steps = rule.Steps.RemoveAt(index) } : r)]));
            }
        }
    }

    private static Ruleset Each(Ruleset ruleset, Func<ImmutableArray<Rule>, ImmutableArray<Rule>> change)
    {
        return new Ruleset([.. ruleset.Tables.Select(table => table with
        {
            Chains = [.. table.Chains.Select(chain => chain with { Rules = change(chain.Rules) })],
        })]);
    }
}
