// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>Answers the question for one path and one family.</summary>
internal sealed class PathProver(LoadedRuleset loaded, EgressPolicy policy, ProofOptions options)
{
    private const string Bound = "whether a socket that is bound to an interface sends to ::1 there";

    private readonly DecisionDiagram _diagram = new(options.NodeBudget);
    private InterfaceClasses? _classes;

    /// <summary>Proves, or finds what leaves.</summary>
    public PathAnswer Answer(PathKind path, IpFamily family)
    {
        var isCovered = family == IpFamily.Ip4 ? loaded.CoversIp4 : loaded.CoversIp6;
        if (!isCovered)
        {
            return Inconclusive(path, family, $"no listing of the rules for {Word(family)} was given");
        }
        _diagram.Clear();
        try
        {
            return Answer(_diagram, path, family);
        }
        catch (BudgetException e)
        {
            return Inconclusive(path, family, e.Message) with { Nodes = _diagram.NodeCount };
        }
    }

    /// <summary>Where packets outside the policy leave, as a function of packets and unknowns.</summary>
    internal static int Leaking(
        PathModel model, IGates gates, EgressPolicy policy, InterfaceClasses classes, PathKind path, bool noRawSockets)
    {
        var allowed = new AllowedPackets(model.Space, policy, classes);
        var start = new SymbolicState(model.Space);
        // Rules that let the rest through are never looked at: the region is cut to the question before the walk. What
        // rules may rewrite on the way is judged as it leaves.
        var suspects = gates.And(model.World(noRawSockets), allowed.Physical(start));
        if (!model.MayRewrite)
        {
            suspects = gates.Difference(suspects, allowed.Of(start, path, mayChangeSourcePort: model.HasNat));
        }
        var leaving = model.Run(suspects);
        return gates.Difference(leaving, gates.Or(
            allowed.Of(model.State, path), InLoopback(gates, model, path)));
    }

    private PathAnswer Answer(DecisionDiagram diagram, PathKind path, IpFamily family)
    {
        var classes = _classes ??= InterfaceClasses.Of(loaded, policy);
        var model = new PathModel(diagram, new Hooks(loaded.Ruleset, family), classes, path, family);
        var leaking = Leaking(model, diagram, policy, classes, path, options.NoRawSockets);
        var answer = new PathAnswer(path, family, Verdict.Proved);
        var opaque = model.Opaque.Where(hit => hit.Where != diagram.False)
            .Select(hit => $"{hit.Construct} (rule {hit.Rule.Name})").Distinct().ToImmutableArray();
        if (leaking != diagram.False || !opaque.IsEmpty)
        {
            var certain = diagram.ForAll(leaking, model.Space.IsUnknown);
            foreach (var hit in model.Opaque)
            {
                certain = diagram.Difference(certain, diagram.Exists(hit.Where, model.Space.IsUnknown));
            }
            var region = WithoutHistory(diagram, model, certain == diagram.False ? leaking : certain);
            answer = answer with
            {
                Verdict = certain == diagram.False ? Verdict.Inconclusive : Verdict.Leak,
                Causes = new CauseFinder(diagram, model, classes, loaded, policy, options).Of(region, path),
                Unknowns = certain == diagram.False ? [.. opaque, .. UnknownsOf(diagram, model, leaking)] : [],
            };
            answer = answer with { Reason = certain == diagram.False ? ReasonOf(answer.Unknowns) : "" };
        }
        return answer with { Nodes = diagram.NodeCount };
    }

    // Causes that need no translated connection from before are told first, and alone if there are any.
    private static int WithoutHistory(DecisionDiagram diagram, PathModel model, int region)
    {
        var plain = model.Space.Unknowns.Where(unknown => unknown.IsHistory).OrderByDescending(unknown => unknown.Level)
            .Aggregate(diagram.True, (all, unknown) => diagram.Difference(all, diagram.Variable(unknown.Level)));
        var usual = diagram.And(region, plain);
        return usual == diagram.False ? region : usual;
    }

    private static string ReasonOf(ImmutableArray<string> unknowns)
    {
        var more = unknowns.Length > 3 ? $" and {unknowns.Length - 3} more" : "";
        return "it depends on " + string.Join("; ", unknowns.Take(3)) + more;
    }

    private static IEnumerable<string> UnknownsOf(DecisionDiagram diagram, PathModel model, int leaking)
    {
        return diagram.Support(leaking).Where(model.Space.IsUnknown)
            .Select(level => model.Space.UnknownAt(level).Construct).Distinct();
    }

    // The kernel keeps packets from the network for loopback addresses (rule 0 of ip-rule(8)). Those of a socket that is
    // bound to an interface go there, whatever their destination; for ::1 it was seen to refuse, which is not relied on.
    private static int InLoopback(IGates gates, PathModel model, PathKind path)
    {
        if (path == PathKind.PacketSocket || path == PathKind.Output && model.Space.Family == IpFamily.Ip4)
        {
            return gates.False;
        }
        var isLoopback = BitVectors.InRanges(
            gates, model.State.Bits(Field.Destination), AddressRanges.Loopback(model.Space.Family).AsSpan());
        return path == PathKind.Forward ? isLoopback : gates.And(isLoopback, model.Space.Unknown(Bound, Bound));
    }

    private static PathAnswer Inconclusive(PathKind path, IpFamily family, string reason)
    {
        return new PathAnswer(path, family, Verdict.Inconclusive) { Reason = reason, Unknowns = [reason] };
    }

    private static string Word(IpFamily family) => family == IpFamily.Ip4 ? "IPv4" : "IPv6";
}
