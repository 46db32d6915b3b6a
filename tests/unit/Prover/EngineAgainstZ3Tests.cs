// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using LeakVerifier.Prover.Smt;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>The diagram against z3 on the same question.</summary>
public sealed class EngineAgainstZ3Tests
{
    [SetUp]
    public void Z3_is_installed()
    {
        if (!SecondOpinion.IsAvailable)
        {
            Assert.Ignore("skipped: the program z3 is not installed (Debian: apt install z3)");
        }
    }

    [TestCase("good")]
    [TestCase("guarded")]
    [TestCase("established")]
    [TestCase("stale")]
    [TestCase("firewalld")]
    public void They_agree_on_a_ruleset(string name)
    {
        var options = ProofOptions.Default with { CrossCheck = true };

        var result = RulesetProver.Prove(Listings.ReadNft(name), Listings.LocalPolicy, options);

        result.Paths.Should().OnlyContain(path => path.SecondOpinion!.StartsWith("z3: "));
        result.Paths.Should().NotContain(path => path.Reason.Contains("disagree"));
        result.Paths.Should().OnlyContain(path =>
            path.SecondOpinion == (path.Verdict == Verdict.Proved ? "z3: no packet can leave" : "z3: a packet can leave"));
    }

    [Test]
    public void They_agree_on_random_rulesets()
    {
        var (rulesets, proved, tooLarge) = (0, 0, 0);
        foreach (var seed in FuzzTime.Seeds(least: 25))
        {
            var random = new Random(seed);
            var loaded = new LoadedRuleset(new RandomRules(random).Next()) { Interfaces = ["lo", "eth0", "eth1"] };
            var options = ProofOptions.Default with { NodeBudget = 150_000, CauseLimit = 1 };
            var path = random.Next(3) == 0 ? PathKind.Forward : PathKind.Output;
            var answer = new PathProver(loaded, Listings.LocalPolicy, options).Answer(path, IpFamily.Ip4);
            rulesets++;
            if (answer.Reason.Contains("budget"))
            {
                tooLarge++;
                continue;
            }
            var (contradicts, words) = SecondOpinion.On(answer, loaded, Listings.LocalPolicy, options);
            if (words.EndsWith("too many possibilities"))
            {
                tooLarge++;
                continue;
            }
            contradicts.Should().BeFalse($"seed {seed}: {answer.Verdict}, {words}");
            words.Should().StartWith("z3: ", $"seed {seed}");
            proved += answer.Verdict == Verdict.Proved ? 1 : 0;
        }
        TestContext.Out.WriteLine($"{rulesets} rulesets, {tooLarge} over the budget, {proved} proved, no disagreement");
        proved.Should().BeInRange(1, rulesets - tooLarge - 1, "both answers must occur");
    }
}
