// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>
/// Rules in a row that drop by the same matches but for the numbers of one of them (block lists) are made one rule with all
/// the numbers. Each rule keeps its place: those that were merged into the first do nothing.
/// </summary>
internal static class DropRuns
{
    /// <summary>A ruleset that drops the same packets.</summary>
    public static Ruleset Merged(Ruleset ruleset)
    {
        return new Ruleset([.. ruleset.Tables.Select(table =>
            table with { Chains = [.. table.Chains.Select(Merged)] })]);
    }

    private static Chain Merged(Chain chain)
    {
        var rules = chain.Rules.ToArray();
        for (var (first, next) = (0, 0); first < rules.Length; first = next)
        {
            next = EndOfRun(rules, first, out var differing);
            if (differing >= 0)
            {
                var numbers = rules[first..next].SelectMany(rule => Numbers(rule.Steps[differing])!.Ranges);
                var match = (MatchStep)rules[first].Steps[differing];
                var merged = MatchStep.Of(match.Keys[0], numbers, negated: false, match.Flavour);
                rules[first] = rules[first] with { Steps = rules[first].Steps.SetItem(differing, merged) };
                for (var index = first + 1; index < next; index++)
                {
                    rules[index] = rules[index] with { Steps = [] };
                }
            }
        }
        return chain with { Rules = [.. rules] };
    }

    // The run of rules that begins with one; the step in which they differ, or -1: there is nothing to merge.
    private static int EndOfRun(Rule[] rules, int first, out int differing)
    {
        differing = -1;
        var next = first + 1;
        if (!IsPlainDrop(rules[first]))
        {
            return next;
        }
        for (; next < rules.Length && IsPlainDrop(rules[next]); next++)
        {
            var where = OnlyDifference(rules[first].Steps, rules[next].Steps);
            if (where < 0 || differing >= 0 && where != differing)
            {
                break;
            }
            differing = where;
        }
        return next;
    }

    private static bool IsPlainDrop(Rule rule)
    {
        return rule.Steps is [.., VerdictStep { Kind: VerdictKind.Drop }] && rule.Steps.All(IsPlain);
    }

    // What a match of the connection means depends on its place; so does what is unknown.
    private static bool IsPlain(RuleStep step) => step switch
    {
        VerdictStep => true,
        FamilyStep family => !family.IsImplied,
        MatchStep { Negated: false, Keys: [var key], Elements.Length: 1 } => !IsOfConnection(key),
        _ => false,
    };

    private static bool IsOfConnection(Key key)
    {
        return key is FieldKey { Field: Field.ConnectionState or Field.ConnectionDirection or Field.ConnectionMark or Field.ConnectionStatus };
    }

    private static int OnlyDifference(ImmutableArray<RuleStep> left, ImmutableArray<RuleStep> right)
    {
        var where = -1;
        for (var i = 0; i < left.Length && left.Length == right.Length; i++)
        {
            if (!AreEqual(left[i], right[i]))
            {
                if (where >= 0 || !CanMerge(left[i], right[i]))
                {
                    return -1;
                }
                where = i;
            }
        }
        return where;
    }

    private static bool AreEqual(RuleStep left, RuleStep right)
    {
        return left is MatchStep a && right is MatchStep b
            ? AreAlike(a, b) && AreEqual(a.Elements[0].Parts[0], b.Elements[0].Parts[0])
            : left == right;
    }

    private static bool AreEqual(KeyValues left, KeyValues right) => (left, right) switch
    {
        (NumberValues a, NumberValues b) => a.Ranges.SequenceEqual(b.Ranges),
        (NameValues a, NameValues b) => a.Names.SequenceEqual(b.Names),
        _ => false,
    };

    private static bool CanMerge(RuleStep left, RuleStep right)
    {
        return left is MatchStep a && right is MatchStep b && AreAlike(a, b)
            && Numbers(left) is not null && Numbers(right) is not null;
    }

    private static bool AreAlike(MatchStep left, MatchStep right)
    {
        return left.Keys[0] == right.Keys[0] && left.Flavour == right.Flavour;
    }

    private static NumberValues? Numbers(RuleStep step) => ((MatchStep)step).Elements[0].Parts[0] as NumberValues;
}
