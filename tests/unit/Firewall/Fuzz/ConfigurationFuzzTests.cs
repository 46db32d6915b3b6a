// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Proving;
using LeakVerifier.UnitTests.Firewall.Iptables;

namespace LeakVerifier.UnitTests.Firewall.Fuzz;

/// <summary>
/// Whatever a configuration says, it is refused with a reason, or its rules are closed. 100,000 cases, or as many as
/// LV_FUZZ_CASES says.
/// </summary>
public sealed class ConfigurationFuzzTests
{
    private const int Seed = 20;

    /// <summary>Of how many accepted configurations one is proved.</summary>
    private const int ProveOneIn = 200;

    private static int Cases =>
        int.TryParse(Environment.GetEnvironmentVariable("LV_FUZZ_CASES"), CultureInfo.InvariantCulture, out var asked) ? asked : 100_000;

    private string _passwd = "";

    [SetUp]
    public void SetUp()
    {
        _passwd = Path.GetTempFileName();
        File.WriteAllText(_passwd, "root:x:0:0:root:/root:/bin/sh\ntunnel:x:1194:1194::/:/usr/sbin/nologin\n");
    }

    [TearDown]
    public void TearDown() => File.Delete(_passwd);

    [Test]
    public void A_configuration_is_refused_with_a_reason_or_closed()
    {
        var fuzzer = new ConfigurationFuzzer(Seed, ConfigurationCorpus.Read());
        var (refused, accepted, asked, proved) = (0, 0, 0, 0);
        for (var number = 0; number < Cases; number++)
        {
            var text = fuzzer.Next();
            var result = ConfigurationFiles.Parse("fuzz.conf", text, new UserDirectory(_passwd));
            if (result.Policy is not { } policy)
            {
                refused++;
                Require(FaultOf(result), number, text);
                continue;
            }

            var ruleset = RulesetCompiler.Compile(policy);
            Require(ClosedRules.FaultOf(policy) ?? ClosedRules.FaultOf(ruleset.Script, policy), number, text);
            if (accepted++ % ProveOneIn == 0)
            {
                var proof = ProofOf(policy);
                Require(LeakOf(proof), number, text);
                asked++;
                proved += proof.Verdict == Verdict.Proved ? 1 : 0;
            }
        }

        TestContext.Out.WriteLine(
            $"seed {Seed}: {refused} refused, {accepted} accepted and closed, {proved} of {asked} proved, none a leak");
        refused.Should().BeGreaterThan(Cases / 10, "a fuzzer that is always right finds nothing");
        accepted.Should().BeGreaterThan(Cases / 50, "a fuzzer that is always wrong reaches no rule");
        proved.Should().BeGreaterThan(asked / 2, "the others have what iptables-save lists and the prover does not model");
    }

    [Test]
    public void Every_text_of_the_corpus_is_right()
    {
        ConfigurationCorpus.Read().Should().HaveCountGreaterThan(12).And.OnlyContain(text =>
            ConfigurationFiles.Parse("corpus", text, new UserDirectory(_passwd)).Policy != null);
    }

    [TestCase("oifname \"eth0\" counter accept")]
    [TestCase("counter accept")]
    [TestCase("ct state established counter accept")]
    [TestCase("ip daddr 0.0.0.0/0 counter accept")]
    [TestCase("udp dport 53 counter accept")]
    public void The_check_finds_what_is_open(string rule)
    {
        var policy = ConfigurationFiles.Parse("right", "TUNNEL_USER=1194").Policy!;
        var script = RulesetCompiler.Compile(policy).Script;

        ClosedRules.FaultOf(script, policy).Should().BeNull();
        ClosedRules.FaultOf(script.Replace("oifname \"lo\" counter accept", rule, StringComparison.Ordinal), policy).Should().Contain(rule);
        ClosedRules.FaultOf(script.Replace("policy drop", "policy accept", StringComparison.Ordinal), policy).Should().NotBeNull();
        ClosedRules.FaultOf(policy with { TunnelInterface = new InterfacePattern("e", IsPrefix: true) }).Should().NotBeNull();
        ClosedRules.FaultOf(policy with { LocalNetworks = [new LocalNetwork(System.Net.IPNetwork.Parse("0.0.0.0/0"), null)] })
            .Should().NotBeNull();
    }

    private static string? FaultOf(ConfigurationResult refused)
    {
        return refused.Errors.IsEmpty ? "refused without a reason"
            : refused.Errors.Any(problem => problem.What.Length == 0 || problem.Mend.Length == 0) ? "a problem without a mend"
            : null;
    }

    // iptables cannot ask for an interface's kind, which docs/firewall.md says; all else must hold.
    private static ProofResult ProofOf(EgressPolicy policy) => TablesProof.Of(policy with { TunnelInterfaceKind = null });

    private static string? LeakOf(ProofResult result)
    {
        return result.FirstLeak is { } leak
            ? $"the prover found a leak: {PacketText.Of(leak.Witness.Packet)}, by {string.Join(", ", leak.Rules)}"
            : null;
    }

    private static void Require(string? fault, int number, string text)
    {
        if (fault is not null)
        {
            Assert.Fail($"case {number} of seed {Seed}: {fault}\n{text}");
        }
    }
}
