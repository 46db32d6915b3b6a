// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>Splits a leak by what accepted it: "any user, state established, through rule 23" and not one number.</summary>
internal sealed class CauseFinder(
    DecisionDiagram diagram, PathModel model, InterfaceClasses classes, LoadedRuleset loaded, EgressPolicy policy,
    ProofOptions options)
{
    /// <summary>The causes of a leak that is not empty; the whole leak is covered unless the limit is reached.</summary>
    public ImmutableArray<LeakCause> Of(int region, PathKind path)
    {
        var finder = new WitnessFinder(
            diagram, model, classes, path, policy.Identity.Uid ?? 0, loaded.Addresses);
        var text = new RegionText(diagram, model, classes, path);
        var causes = ImmutableArray.CreateBuilder<LeakCause>();
        while (region != diagram.False && causes.Count < options.CauseLimit)
        {
            var (packet, point) = finder.Find(region);
            var deciders = Deciders(point);
            // With the witness's unknowns fixed, what the same rules accept is this cause.
            var same = deciders.Aggregate(region, (all, decision) => diagram.And(all, decision.Where));
            var cause = new LeakCause(
                Names(deciders, path), text.Of(same), new Witness(packet, WitnessFinder.RecipeOf(packet)),
                Trace(packet, point));
            causes.Add(cause);
            region = diagram.Difference(region, same);
        }
        return causes.ToImmutable();
    }

    private List<Decision> Deciders(IReadOnlyDictionary<int, bool> point)
    {
        var all = model.Decisions.Where(decision =>
            diagram.Evaluate(decision.Where, level => point.GetValueOrDefault(level))).ToList();
        // Chains that accept everything are a cause only where no rule decides.
        var rules = all.Where(decision => decision.Rule is not null).ToList();
        return rules.Count > 0 ? rules : all;
    }

    private static ImmutableArray<string> Names(List<Decision> deciders, PathKind path)
    {
        if (deciders.Count == 0)
        {
            return [path switch
            {
                PathKind.Output => "default: no chain sees packets of this machine",
                PathKind.Forward => "default: no chain sees forwarded packets",
                _ => "default: no egress chain is on that interface",
            }];
        }
        return [.. deciders.Select(decision => decision.Rule is { } rule
            ? $"{rule.Name}: {rule.Text}"
            : $"policy accept of {decision.Chain}").Distinct()];
    }

    private ImmutableArray<TraceEntry> Trace(Packet packet, IReadOnlyDictionary<int, bool> point)
    {
        var levels = model.Space.Unknowns.ToDictionary(unknown => unknown.Key, unknown => unknown.Level);
        var explanation = Interpreter.Explain(loaded.Ruleset, packet,
            place => levels.TryGetValue(place, out var level) && point.GetValueOrDefault(level));
        return explanation.Leaves
            ? explanation.Trace
            : throw new InvalidOperationException(
                "the prover disagrees with its own interpreter on a packet; this is a bug: " + PacketText.Of(packet));
    }
}
