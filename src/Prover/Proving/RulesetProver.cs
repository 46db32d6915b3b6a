// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Smt;

namespace LeakVerifier.Prover.Proving;

/// <summary>Do these rules imply the policy, for every packet?</summary>
public static class RulesetProver
{
    /// <summary>Answers for output and forward, IPv4 and IPv6, and for packet sockets where a chain sees them.</summary>
    public static ProofResult Prove(LoadedRuleset loaded, EgressPolicy policy, ProofOptions? options = null)
    {
        options ??= ProofOptions.Default;
        var prover = new PathProver(loaded, policy, options);
        IpFamily[] families = [IpFamily.Ip4, IpFamily.Ip6];
        PathAnswer[] paths =
        [
            .. families.Select(family => prover.Answer(PathKind.Output, family)),
            .. families.Select(family => prover.Answer(PathKind.Forward, family)),
        ];
        if (options.CrossCheck)
        {
            paths = [.. paths.Select(answer => Checked(answer, loaded, policy, options))];
        }
        var hasEgress = loaded.Ruleset.Tables.Any(t => t.Chains.Any(c => c.Base?.Hook == Hook.Egress));
        var obstacles = loaded.Obstacles.Where(o => o.Device is not { } device || policy.IsPhysical(device))
            .Select(o => o.Text)
            .Concat(loaded.Ruleset.Tables.SelectMany(table => table.Obstacles.Concat(Bypasses(table)))).ToImmutableArray();
        var (verdict, reason) = Overall(paths, obstacles);
        return new ProofResult(verdict, reason, [.. paths])
        {
            PacketSockets = hasEgress ? [.. families.Select(f => prover.Answer(PathKind.PacketSocket, f))] : [],
            Frames = hasEgress ? new FrameProver(loaded, policy).Answer() : null,
            Assumptions = Assumptions.Of(loaded, policy, options, hasEgress),
            Obstacles = obstacles,
            Facts = loaded.Facts,
        };
    }

    // What an ingress chain gives to another device passes neither forward nor postrouting; what an egress chain gives it,
    // of the tunnel's or of lo, was never meant for that device.
    private static IEnumerable<string> Bypasses(Table table)
    {
        var isOfDevices = !table.IsDormant && table.Chains.Any(chain => chain.Base?.Hook is Hook.Ingress or Hook.Egress);
        return from chain in isOfDevices ? table.Chains : []
               from rule in chain.Rules
               from step in rule.Steps.OfType<OpaqueStep>()
               select $"rule {rule.Name} takes packets past the other rules: {step.Construct}";
    }

    // When the engines contradict each other one of them has a bug: nothing is claimed.
    private static PathAnswer Checked(
        PathAnswer answer, LoadedRuleset loaded, EgressPolicy policy, ProofOptions options)
    {
        var (contradicts, words) = SecondOpinion.On(answer, loaded, policy, options);
        return contradicts
            ? answer with { Verdict = Verdict.Inconclusive, Reason = "the two engines disagree", SecondOpinion = words }
            : answer with { SecondOpinion = words };
    }

    private static (Verdict Verdict, string Reason) Overall(PathAnswer[] paths, ImmutableArray<string> obstacles)
    {
        if (paths.FirstOrDefault(path => path.Verdict == Verdict.Leak) is { } leak)
        {
            var cause = leak.Causes[0];
            return (Verdict.Leak, $"packets outside the policy leave: {cause.Region}; let through by "
                + string.Join("; then ", cause.Rules));
        }
        if (paths.FirstOrDefault(path => path.Verdict == Verdict.Inconclusive) is { } open)
        {
            return (Verdict.Inconclusive, $"{PathWords.Of(open.Path, open.Family)}: {open.Reason}");
        }
        return obstacles.IsEmpty
            ? (Verdict.Proved, "no packet outside the policy leaves a physical interface, under the assumptions listed")
            : (Verdict.Inconclusive, "the rules imply the policy, but not everything passes the rules: " + obstacles[0]);
    }
}
