// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>Something decided in a base chain, and for which packets.</summary>
/// <param name="Chain">The base chain's name.</param>
/// <param name="Rule">The rule; null: the chain's policy.</param>
/// <param name="Where">The packets.</param>
internal sealed record Decision(string Chain, Rule? Rule, int Where);

/// <summary>Packets that reached something that cannot be followed.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Construct">Its words.</param>
/// <param name="Where">The packets.</param>
internal sealed record OpaqueHit(Rule Rule, string Construct, int Where);

/// <summary>Walks the packets of a region through one base chain and the chains it calls.</summary>
/// <remarks>
/// The region is split rule by rule, so each packet is in exactly one place; changes of the packet are made in the state
/// where the rule is hit. Nothing is approximated but what is an unknown.
/// </remarks>
internal sealed class ChainWalk(PathModel model, Table table, Chain chain, HookContext context, string place)
{
    /// <summary>The kernel's limit of nested jumps (NFT_JUMP_STACK_SIZE, linux/netfilter/nf_tables.h).</summary>
    public const int MaximumDepth = 16;

    /// <summary>From how many drops in a row on they are put together.</summary>
    private const int LongRun = 16;

    private readonly IGates _gates = model.Space.Gates;
    private readonly Dictionary<string, Chain> _chains = table.Chains.ToDictionary(c => c.Name);
    private int _accepted = model.Space.Gates.False;

    /// <summary>Where the packet is re-routed because a rule of a route chain rewrote it.</summary>
    public int Rewritten { get; private set; } = model.Space.Gates.False;

    /// <summary>Where a translation was set up.</summary>
    public int Translated { get; private set; } = model.Space.Gates.False;

    /// <summary>Walks a region through the chain.</summary>
    /// <returns>What the chain accepts.</returns>
    public int Run(int region)
    {
        var rest = Walk(WithoutIdleEnd(chain), region, place, 0);
        if (chain.Base!.AcceptsByDefault)
        {
            Accept(null, rest);
        }
        return _accepted;
    }

    // Drops at the end of a chain that drops by default change nothing.
    private static Chain WithoutIdleEnd(Chain chain)
    {
        var end = chain.Rules.Length;
        while (!chain.Base!.AcceptsByDefault && end > 0 && chain.Rules[end - 1].Steps.All(IsIdle))
        {
            end--;
        }
        return end == chain.Rules.Length ? chain : chain with { Rules = chain.Rules[..end] };
    }

    private static bool IsIdle(RuleStep step) => IsMatch(step) || step is VerdictStep { Kind: VerdictKind.Drop };

    private static bool IsMatch(RuleStep step)
    {
        return step is MatchStep or FamilyStep or NeverStep or UnknownStep or DirectStep or FragmentHeaderStep
            or DestinationKindStep or CgroupStep;
    }

    private int Walk(Chain current, int region, string path, int depth)
    {
        var returned = _gates.False;
        for (var i = 0; i < current.Rules.Length && !_gates.IsFalse(region); i++)
        {
            if (EndOfDrops(current.Rules, i) is var end && end - i >= LongRun)
            {
                region = _gates.Difference(region, AnyOf(current.Rules, i, end, path));
                i = end - 1;
                continue;
            }

            model.Spend();
            var outcome = Apply(current.Rules[i], region, $"{path}/{i}", depth);
            returned = _gates.Or(returned, outcome.Returned);
            region = outcome.Next;
        }
        return _gates.Or(region, returned);
    }

    private static int EndOfDrops(ImmutableArray<Rule> rules, int index)
    {
        var end = index;
        while (end < rules.Length && rules[end].Steps is [.. var matches, VerdictStep { Kind: VerdictKind.Drop }] && matches.All(IsMatch))
        {
            end++;
        }
        return end;
    }

    // What many rules drop is put together first: taking one after the other from a region of many pieces would make all of
    // the pieces anew each time.
    private int AnyOf(ImmutableArray<Rule> rules, int first, int end, string path)
    {
        var dropped = new int[end - first];
        for (var i = first; i < end; i++)
        {
            model.Spend();
            var steps = rules[i].Steps;
            dropped[i - first] = Matched(steps, 0, steps.Length - 1, _gates.True, $"{path}/{i}");
        }
        return _gates.AnyOf(dropped);
    }

    private Outcome Apply(Rule rule, int region, string path, int depth)
    {
        var hit = region;
        var outcome = new Outcome(region, _gates.False);
        for (var i = 0; i < rule.Steps.Length && !_gates.IsFalse(hit); i++)
        {
            switch (rule.Steps[i])
            {
                case VerdictStep { Kind: VerdictKind.Continue }:
                    break;
                case VerdictStep verdict:
                    return Decide(rule, verdict, outcome, hit, path, depth);
                case VerdictMapStep map:
                    (outcome, hit) = Decide(rule, map, outcome, hit, $"{path}.{i}", depth);
                    break;
                case TranslateStep translate:
                    Translate(translate, hit, $"{path}.{i}");
                    return Decide(rule, new VerdictStep(VerdictKind.Accept), outcome, hit, path, depth);
                case OpaqueStep opaque:
                    model.Lose(new OpaqueHit(rule, opaque.Construct, hit));
                    return Decide(rule, new VerdictStep(VerdictKind.Accept), outcome, hit, path, depth);
                case AssignStep assign:
                    hit = Assign(assign, hit, $"{path}.{i}");
                    break;
                case RewriteStep rewrite:
                    hit = Rewrite(rewrite, hit, $"{path}.{i}");
                    break;
                case NotrackStep:
                    Untrack(hit);
                    break;
                default:
                    var end = EndOfMatches(rule.Steps, i);
                    hit = Matched(rule.Steps, i, end, hit, path);
                    i = end - 1;
                    break;
            }
        }
        return outcome;
    }

    private static int EndOfMatches(ImmutableArray<RuleStep> steps, int index)
    {
        var end = index + 1;
        while (end < steps.Length && IsMatch(steps[end]))
        {
            end++;
        }
        return end;
    }

    // The order of matches in a row does not matter: all must hold. Interfaces are asked first, as most rules end there;
    // the rest is put together before the packets, of which there may be a great many kinds, are cut to it.
    private int Matched(ImmutableArray<RuleStep> steps, int first, int end, int hit, string path)
    {
        for (var i = first; i < end; i++)
        {
            if (IsOfInterface(steps[i]))
            {
                hit = _gates.And(hit, Holds(steps[i], path, i));
            }
        }
        var rest = _gates.True;
        for (var i = first; i < end && !_gates.IsFalse(hit) && !_gates.IsFalse(rest); i++)
        {
            // A match of addresses follows that of their family, without which it has no meaning.
            if (!IsOfInterface(steps[i]))
            {
                rest = _gates.And(rest, Holds(steps[i], path, i));
            }
        }
        return _gates.And(hit, rest);
    }

    private int Holds(RuleStep step, string path, int index)
    {
        return model.Matching.Holds(step, model.State, context, $"{path}.{index}");
    }

    private static bool IsOfInterface(RuleStep step) => step is MatchStep { Keys: [InterfaceKey] };

    private Outcome Decide(Rule rule, VerdictStep verdict, Outcome outcome, int hit, string path, int depth)
    {
        var missed = _gates.Difference(outcome.Next, hit);
        switch (verdict.Kind)
        {
            case VerdictKind.Accept:
                Accept(rule, hit);
                return outcome with { Next = missed };
            case VerdictKind.Drop:
                return outcome with { Next = missed };
            case VerdictKind.Return:
                return new Outcome(missed, _gates.Or(outcome.Returned, hit));
            case VerdictKind.Jump or VerdictKind.Goto:
                var back = Call(rule, verdict, hit, path, depth);
                return verdict.Kind == VerdictKind.Jump
                    ? outcome with { Next = _gates.Or(missed, back) }
                    : new Outcome(missed, _gates.Or(outcome.Returned, back));
            default:
                return outcome;
        }
    }

    // With an entry that continues the rest of the rule follows; without an entry the rule ends.
    private (Outcome Outcome, int Continued) Decide(
        Rule rule, VerdictMapStep map, Outcome outcome, int hit, string path, int depth)
    {
        var continued = _gates.False;
        for (var i = 0; i < map.Entries.Length && !_gates.IsFalse(hit); i++)
        {
            model.Spend();
            var entry = map.Entries[i];
            var here = _gates.And(
                hit, model.Matching.Holds(map.Keys, entry.Element, model.State, context, $"{path}.{i}"));
            if (entry.Verdict.Kind == VerdictKind.Continue)
            {
                continued = _gates.Or(continued, here);
            }
            else
            {
                outcome = Decide(rule, entry.Verdict, outcome, here, $"{path}.{i}", depth);
            }
            hit = _gates.Difference(hit, here);
        }
        return (outcome, continued);
    }

    private int Call(Rule rule, VerdictStep verdict, int hit, string path, int depth)
    {
        if (depth < MaximumDepth && _chains.TryGetValue(verdict.Target!, out var target))
        {
            return Walk(target, hit, path, depth + 1);
        }
        throw new BudgetException($"the jump to {verdict.Target} of rule {rule.Name} cannot be followed");
    }

    private void Accept(Rule? rule, int where)
    {
        if (!_gates.IsFalse(where))
        {
            _accepted = _gates.Or(_accepted, where);
            model.Decisions.Add(new Decision(place, rule, where));
        }
    }

    private int Assign(AssignStep assign, int hit, string path)
    {
        var readable = _gates.And(hit, model.Matching.Readable(assign.Value, model.State));
        if (!context.IsTracked && Matching.AsksForConnection(assign.Value))
        {
            readable = _gates.And(readable, model.Space.Unknown(path, Matching.TooEarly));
        }
        // The mark of a connection that is not there yet is set nowhere, and the rule goes on.
        var written = !context.IsTracked && assign.Field == Field.ConnectionMark
            ? _gates.And(readable, model.Space.Unknown(path + "=", Matching.TooEarly))
            : readable;
        var width = Fields.Width(assign.Field, model.Space.Family);
        model.State.Assign(assign.Field, written, model.Matching.Value(assign.Value, model.State, width, path));
        // A value that cannot be read ends the rule.
        return readable;
    }

    private int Rewrite(RewriteStep rewrite, int hit, string path)
    {
        // Writing may fail, which ends the rule; and it may write what was there.
        var written = _gates.And(hit, model.Space.Unknown(path, rewrite.Construct));
        Rewritten = _gates.Or(Rewritten, _gates.And(written, model.Space.Unknown(path + "~", rewrite.Construct)));
        return written;
    }

    private void Untrack(int hit)
    {
        var isInvalid = BitVectors.Equal(
            _gates, model.State.Bits(Field.ConnectionState), (UInt128)(int)ConnectionState.Invalid);
        // A packet that has a connection already keeps it (net/netfilter/nft_ct.c, nft_notrack_eval): behind connection
        // tracking, and in what the kernel answers by itself (nf_ct_attach).
        var where = context.IsTracked ? _gates.And(hit, isInvalid)
            : context.Hook != Hook.Output ? hit
            : _gates.And(hit, _gates.Or(
                model.State.Bits(Field.HasSocket)[0], _gates.Not(model.Space.Unknown(Matching.Attached, Matching.Attached))));
        var untracked = BitVectors.Constant(_gates, (UInt128)(int)ConnectionState.Untracked, 3);
        model.State.Assign(Field.ConnectionState, where, untracked);
    }

    private void Translate(TranslateStep step, int hit, string path)
    {
        Translated = _gates.Or(Translated, hit);
        model.Translate(step, hit, path);
    }

    private sealed record Outcome(int Next, int Returned);
}
