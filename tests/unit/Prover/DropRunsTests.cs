// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Block lists are made one rule before packets are led through them, and nothing else is.</summary>
public sealed class DropRunsTests
{
    private static readonly VerdictStep Drop = new(VerdictKind.Drop);

    [Test]
    public void Rules_that_drop_by_other_numbers_of_one_field_become_the_first_of_them()
    {
        var merged = Merged([Out("eth0"), Port(1), Drop], [Out("eth0"), Port(2), Drop], [Out("eth0"), Port(5), Drop]);

        merged.Select(rule => rule.Steps.Length).Should().Equal(3, 0, 0);
        var numbers = (NumberValues)((MatchStep)merged[0].Steps[1]).Elements[0].Parts[0];
        numbers.Ranges.Should().Equal(new ValueRange(1, 2), ValueRange.Exactly(5));
    }

    [Test]
    public void What_is_between_two_lists_keeps_them_apart()
    {
        var merged = Merged([Port(1), Drop], [Port(2), Drop], [Out("eth0"), new VerdictStep(VerdictKind.Accept)],
            [Port(3), Drop], [Port(4), Drop]);

        merged.Select(rule => rule.Steps.Length).Should().Equal(2, 0, 2, 2, 0);
    }

    [Test]
    public void Rules_that_differ_in_more_or_that_do_not_drop_stay()
    {
        Stay([Out("eth0"), Port(1), Drop], [Out("eth1"), Port(2), Drop]);
        Stay([Out("eth0"), Drop], [Out("eth1"), Drop]);
        Stay([Port(1), Drop], [Port(1), Out("eth0"), Drop]);
        Stay([Port(1), new VerdictStep(VerdictKind.Accept)], [Port(2), new VerdictStep(VerdictKind.Accept)]);
        Stay([Port(1), new VerdictStep(VerdictKind.Return)], [Port(2), new VerdictStep(VerdictKind.Return)]);
    }

    [Test]
    public void What_is_negated_unknown_or_of_a_connection_stays()
    {
        var unknown = new UnknownStep("a limit");
        var not = MatchStep.Of(FieldKey.DestinationPort, [ValueRange.Exactly(1)], negated: true);
        var notTwo = MatchStep.Of(FieldKey.DestinationPort, [ValueRange.Exactly(2)], negated: true);
        Stay([not, Drop], [notTwo, Drop]);
        Stay([unknown, Port(1), Drop], [unknown, Port(2), Drop]);
        Stay([State(ConnectionState.New), Drop], [State(ConnectionState.Established), Drop]);
    }

    private static void Stay(params RuleStep[][] rules)
    {
        Merged(rules).Select(rule => rule.Steps.Length).Should().Equal(rules.Select(steps => steps.Length));
    }

    private static ImmutableArray<Rule> Merged(params RuleStep[][] rules)
    {
        var chain = new Chain("output", null, [.. rules.Select((steps, i) => new Rule($"{i}", "", [.. steps]))]);
        return DropRuns.Merged(new Ruleset([new Table(TableFamily.Inet, "t", IsDormant: false, [chain])])).Tables[0].Chains[0].Rules;
    }

    private static MatchStep Port(int port) => MatchStep.Of(FieldKey.DestinationPort, [ValueRange.Exactly((UInt128)port)]);

    private static MatchStep State(ConnectionState state)
    {
        return MatchStep.Of(FieldKey.Whole(Field.ConnectionState), [ValueRange.Exactly((UInt128)(int)state)]);
    }

    private static MatchStep Out(string name)
    {
        return MatchStep.Of(new InterfaceKey(IsOutput: true, ByIndex: false), new NameValues([new InterfacePattern(name, IsPrefix: false)]));
    }
}
