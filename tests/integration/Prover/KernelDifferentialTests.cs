// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>
/// Random rulesets are loaded in a network namespace and real packets are sent: what the interpreter predicts and what
/// arrives on the far side of the interfaces must be the same.
/// </summary>
public sealed class KernelDifferentialTests
{
    private const int PacketsEach = 150;

    [Test]
    public void What_the_kernel_sends_is_what_was_predicted()
    {
        using var lab = new PacketLab();
        var text = Environment.GetEnvironmentVariable("LV_FUZZ_SECONDS");
        var seconds = double.TryParse(text, CultureInfo.InvariantCulture, out var asked) ? asked : 15;
        var watch = Stopwatch.StartNew();
        var counts = new DifferentialCounts();
        var start = int.TryParse(Environment.GetEnvironmentVariable("LV_FUZZ_SEED"), CultureInfo.InvariantCulture, out var first) ? first : 1;
        for (var seed = start; seed < start + 30 || watch.Elapsed.TotalSeconds < seconds; seed++)
        {
            var random = new Random(seed);
            var rules = RandomNftRules.Next(random);
            var packets = new RandomPackets(random);
            var probes = Enumerable.Range(0, PacketsEach).Select(i => packets.Next(isKnown: i % 3 == 0)).ToList();
            lab.Open(probes);
            if (!PacketLab.Load(rules))
            {
                // Two matches of one rule that exclude each other.
                counts.Refused++;
                continue;
            }
            var loaded = PacketLab.Read();
            counts.Rulesets++;
            foreach (var probe in probes.Where(probe => IsCarried(loaded.Ruleset, probe.Packet)))
            {
                var bytes = lab.Next(probe);
                var prediction = Predict(loaded.Ruleset, probe.AsSent(bytes));
                var isThere = lab.Send(probe, bytes, prediction ?? false);
                if (prediction is { } expected)
                {
                    isThere.Should().Be(expected, $"seed {seed}, {probe}\n{rules}");
                }
                counts.Add(probe, prediction is not null, isThere);
            }
        }
        TestContext.Out.WriteLine(counts);
        counts.Rulesets.Should().BeGreaterThan(2);
        counts.Arrived.Should().BeInRange(counts.Packets / 10, counts.Packets * 9 / 10, "both answers must occur");
        counts.Kinds.Should().HaveCountGreaterThanOrEqualTo(
            DifferentialCounts.AllKinds - DifferentialCounts.RareKinds, "every kind of packet must be compared: {0}", counts);
    }

    [Test]
    public void The_rules_of_a_namespace_are_read_with_its_devices_and_its_generation()
    {
        using var lab = new PacketLab();
        var isLoaded = PacketLab.Load("table inet wall {\n chain out {\n type filter hook output priority 0; policy drop;\n"
            + " oifname \"lo\" accept\n icmpv6 type echo-request accept\n }\n}\n"
            + "table netdev edge {\n chain e {\n type filter hook egress device \"eth0\" priority 0; policy drop;\n }\n}\n");

        var loaded = PacketLab.Read();

        isLoaded.Should().BeTrue();
        loaded.Interfaces.Should().Contain(["lo", "eth0", "eth1"]);
        loaded.Facts.Should().Contain(fact => fact.StartsWith("nftables generation ") && !fact.EndsWith("unknown"));
        loaded.Ruleset.Tables.Single(table => table.Family == TableFamily.Netdev).Chains[0].Base!.Devices!.Value
            .Should().Equal(new InterfacePattern("eth0", IsPrefix: false));
        loaded.Ruleset.Tables.Single(table => table.Name == "wall").Chains[0].Rules[1].Steps
            .Should().Contain(new FamilyStep(IpFamily.Ip6), "the bytecode shows the condition that the listing omits");
        RulesetProver.Prove(loaded, PacketLab.Policy).Paths[0].Verdict.Should().Be(Verdict.Proved);
    }

    // Where connections are tracked fragments are put together before any rule sees them, but for a raw socket's of IPv4
    // that forbids it.
    private static bool IsCarried(Ruleset ruleset, Packet packet)
    {
        var hooks = new Hooks(ruleset, packet.Family);
        var isAssembled = packet.Path == PathKind.Forward
            ? hooks.Reassembles(Hook.Prerouting)
            : packet.Family == IpFamily.Ip6 && hooks.Reassembles(Hook.Output);
        return !(packet.IsLaterFragment && isAssembled);
    }

    // Null if the model leaves the packet open: some unknowns let it through and others do not.
    private static bool? Predict(Ruleset ruleset, Packet packet)
    {
        var answers = from isRead in new[] { false, true }
                      from isShort in new[] { false, true }
                      from others in new[] { false, true }
                      select Interpreter.Explain(ruleset, packet, unknown => unknown switch
                      {
                          Matching.FragmentReadNative => isRead,
                          Matching.ShortTcpHeader => isShort,
                          // What comes from the far side has none.
                          _ when unknown.StartsWith(PathModel.IncomingMark, StringComparison.Ordinal) => false,
                          _ => others,
                      }).Leaves;
        var all = answers.Distinct().ToList();
        return all.Count == 1 ? all[0] : null;
    }
}
