// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Explaining;

/// <summary>One packet in one base chain.</summary>
internal sealed class ConcreteChain(HookedChain hooked, Flight flight, string place)
{
    private enum Ending
    {
        Accepted,
        Dropped,
        FellThrough,
    }

    /// <summary>Whether an address was translated.</summary>
    public bool IsTranslated { get; private set; }

    /// <summary>Whether a rule wrote a header field that is not kept.</summary>
    public bool IsRewritten { get; private set; }

    /// <summary>Whether the chain accepts the packet.</summary>
    public bool Accepts()
    {
        var ending = Walk(hooked.Chain, place, 0);
        if (ending == Ending.FellThrough)
        {
            var effect = hooked.Base.AcceptsByDefault ? "accept" : "drop";
            flight.Trace.Add(new TraceEntry(hooked.Name, "policy", $"policy {effect}", effect));
            return hooked.Base.AcceptsByDefault;
        }
        return ending == Ending.Accepted;
    }

    private Ending Walk(Chain chain, string path, int depth)
    {
        for (var i = 0; i < chain.Rules.Length; i++)
        {
            var verdict = Apply(chain.Rules[i], $"{path}/{i}", out var place);
            switch (verdict?.Kind)
            {
                case VerdictKind.Accept:
                    return Ending.Accepted;
                case VerdictKind.Drop:
                    return Ending.Dropped;
                case VerdictKind.Return:
                    return Ending.FellThrough;
                case VerdictKind.Jump or VerdictKind.Goto:
                    var ending = Call(chain.Rules[i], verdict, place, depth);
                    if (ending != Ending.FellThrough || verdict.Kind == VerdictKind.Goto)
                    {
                        return ending;
                    }
                    break;
            }
        }
        return Ending.FellThrough;
    }

    private Ending Call(Rule rule, VerdictStep verdict, string path, int depth)
    {
        var target = hooked.Table.Chains.FirstOrDefault(c => c.Name == verdict.Target);
        if (target is null || depth >= ChainWalk.MaximumDepth)
        {
            throw new BudgetException($"the jump to {verdict.Target} of rule {rule.Name} cannot be followed");
        }
        return Walk(target, path, depth + 1);
    }

    // The verdict of a rule, or null if it ends without one.
    private VerdictStep? Apply(Rule rule, string path, out string verdictPlace)
    {
        verdictPlace = path;
        for (var i = 0; i < rule.Steps.Length; i++)
        {
            var place = $"{path}.{i}";
            switch (rule.Steps[i])
            {
                case VerdictStep { Kind: VerdictKind.Continue }:
                    break;
                case VerdictStep verdict:
                    return Record(rule, verdict);
                case VerdictMapStep map:
                    var entry = map.Entries.Select((e, n) => (e.Verdict, Element: e.Element, Place: $"{place}.{n}"))
                        .FirstOrDefault(e => ConcreteMatching.Holds(map.Keys, e.Element, flight, e.Place));
                    if (entry.Verdict is { Kind: VerdictKind.Continue })
                    {
                        break;
                    }
                    verdictPlace = entry.Place ?? path;
                    return entry.Verdict is null ? null : Record(rule, entry.Verdict);
                case TranslateStep translate:
                    Translate(translate, place);
                    return Record(rule, new VerdictStep(VerdictKind.Accept));
                case OpaqueStep opaque:
                    Opaque(rule, opaque.Construct);
                    return new VerdictStep(VerdictKind.Accept);
                case AssignStep or RewriteStep or NotrackStep:
                    if (!Change(rule, rule.Steps[i], place))
                    {
                        return null;
                    }
                    break;
                case var match when !ConcreteMatching.Holds(match, flight, place):
                    return null;
            }
        }
        return null;
    }

    private bool Change(Rule rule, RuleStep step, string place)
    {
        switch (step)
        {
            case AssignStep assign:
                var width = Fields.Width(assign.Field, flight.Packet.Family);
                if (ConcreteMatching.Value(assign.Value, flight, width, place) is not { } value
                    || !flight.IsTracked && Matching.AsksForConnection(assign.Value) && !flight.Unknown(place))
                {
                    return false;
                }
                if (!flight.IsTracked && assign.Field == Field.ConnectionMark && !flight.Unknown(place + "="))
                {
                    return true;
                }
                flight[assign.Field] = value;
                Note(rule, $"{assign.Field} = 0x{value:x}");
                return true;
            case RewriteStep:
                var isWritten = flight.Unknown(place);
                IsRewritten |= isWritten && flight.Unknown(place + "~");
                return isWritten;
            default:
                if (flight.IsTracked
                    ? flight[Field.ConnectionState] == (UInt128)(int)ConnectionState.Invalid
                    : hooked.Base.Hook != Hook.Output || flight[Field.HasSocket] == 1 || !flight.Unknown(Matching.Attached))
                {
                    flight[Field.ConnectionState] = (UInt128)(int)ConnectionState.Untracked;
                }
                return true;
        }
    }

    private void Translate(TranslateStep step, string place)
    {
        IsTranslated = true;
        Translation.Apply(step, flight, place);
    }

    private VerdictStep Record(Rule rule, VerdictStep verdict)
    {
        var effect = verdict.Kind.ToString().ToLowerInvariant();
        Note(rule, verdict.Target is { } target ? $"{effect} {target}" : effect);
        return verdict;
    }

    private void Opaque(Rule rule, string construct)
    {
        flight.Opaque.Add(construct);
        flight.IsRerouted = true;
        Note(rule, "cannot be followed");
    }

    private void Note(Rule rule, string effect)
    {
        flight.Trace.Add(new TraceEntry(hooked.Name, rule.Name, rule.Text, effect));
    }
}
