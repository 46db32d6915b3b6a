// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>The diagrams and the plain interpreter share no code but the model: they must agree on every packet.</summary>
public sealed class EngineAgainstInterpreterTests
{
    private const int PacketsEach = 40;

    [Test]
    public void They_agree_on_random_packets_of_random_rulesets()
    {
        var (rulesets, packets, leaving, tooLarge) = (0, 0, 0, 0);
        foreach (var seed in FuzzTime.Seeds(least: 100))
        {
            var random = new Random(seed);
            rulesets++;
            try
            {
                var (compared, left) = Compare(seed, random);
                packets += compared;
                leaving += left;
            }
            catch (BudgetException)
            {
                tooLarge++;
            }
        }
        TestContext.Out.WriteLine(
            $"{rulesets} rulesets, {tooLarge} over the budget, {packets} packets, {leaving} leave, no disagreement");
        tooLarge.Should().BeLessThan(rulesets / 5, "otherwise the test says little");
        packets.Should().BeGreaterThan(rulesets);
        leaving.Should().BeGreaterThan(packets / 20, "otherwise the packets say little");
    }

    private static (int Compared, int Left) Compare(int seed, Random random)
    {
        var rules = new RandomRules(random);
        var ruleset = rules.Next();
        var loaded = new LoadedRuleset(ruleset) { Interfaces = ["lo", "eth0", "eth1"] };
        var classes = InterfaceClasses.Of(loaded, Listings.Policy);
        var family = random.Next(2) == 0 ? IpFamily.Ip4 : IpFamily.Ip6;
        var path = random.Next(5) switch { 0 => PathKind.PacketSocket, 1 => PathKind.Forward, _ => PathKind.Output };
        var diagram = new DecisionDiagram(300_000);
        var model = new PathModel(diagram, new Hooks(ruleset, family), classes, path, family);
        var world = model.World(noRawSockets: false);
        var leaves = model.Run(world);
        var (compared, left) = (0, 0);
        for (var i = 0; i < PacketsEach; i++)
        {
            var point = Point(random, rules, model, classes);
            if (!diagram.Evaluate(world, level => point.GetValueOrDefault(level)))
            {
                continue;
            }
            var packet = WitnessFinder.ToPacket(model, classes, path, point);
            var explanation = Interpreter.Explain(ruleset, packet, Unknowns(model, point));
            var expected = explanation.Leaves;
            var actual = diagram.Evaluate(leaves, level => point.GetValueOrDefault(level));
            actual.Should().Be(expected, "seed {0}, packet {1}: {2}; {3}", seed, i, PacketText.Of(packet),
                string.Join("; ", explanation.Trace.Select(entry => $"{entry.Chain}: {entry.Rule} => {entry.Effect}")));
            compared++;
            left += expected ? 1 : 0;
        }
        return (compared, left);
    }

    private static Func<string, bool> Unknowns(PathModel model, Dictionary<int, bool> point)
    {
        var levels = model.Space.Unknowns.ToDictionary(unknown => unknown.Key, unknown => unknown.Level);
        return key => levels.TryGetValue(key, out var level) && point.GetValueOrDefault(level);
    }

    // Random, but of values that rules speak of, and mostly of packets that exist.
    private static Dictionary<int, bool> Point(
        Random random, RandomRules rules, PathModel model, InterfaceClasses classes)
    {
        var family = model.Space.Family;
        var values = Fields.All.ToDictionary(field => field, field => rules.Value(field, family));
        values[Field.RoutedInterface] = (UInt128)random.Next(1, classes.All.Length);
        values[Field.OutInterface] = random.Next(2) == 0
            ? values[Field.RoutedInterface]
            : (UInt128)random.Next(1, classes.All.Length);
        values[Field.InInterface] = (UInt128)random.Next(1, classes.All.Length);
        values[Field.Truncated] = (UInt128)(random.Next(8) == 0 ? 1 : 0);
        values[Field.TransportUnknown] = (UInt128)(random.Next(8) == 0 ? 1 : 0);
        values[Field.EgressForm] = random.Next(2) == 0 ? 0 : values[Field.EgressForm];
        if (family == IpFamily.Ip6)
        {
            values[Field.FragmentOffset] &= 0x1fff;
            var isDirect = values[Field.FragmentOffset] == 0 && values[Field.TransportUnknown] == 0;
            values[Field.NextHeader] = isDirect ? values[Field.Protocol] : (UInt128)44;
        }
        var point = model.Space.Unknowns.ToDictionary(unknown => unknown.Level, _ => random.Next(2) == 0);
        for (var level = 0; level < model.Space.Levels.Count; level++)
        {
            if (model.Space.IsPacket(level))
            {
                var (field, bit) = model.Space.Levels[level];
                point[level] = BitVectors.Bit(values[field], Fields.Width(field, family), bit);
            }
        }
        return point;
    }
}
