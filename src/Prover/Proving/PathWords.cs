// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>Paths and verdicts as the reports spell them.</summary>
public static class PathWords
{
    /// <summary>For example <c>output ip6</c>.</summary>
    public static string Of(PathKind path, IpFamily family) => $"{Of(path)} {Of(family)}";

    /// <summary><c>output</c>, <c>forward</c> or <c>packet</c>.</summary>
    public static string Of(PathKind path) => path switch
    {
        PathKind.Output => "output",
        PathKind.Forward => "forward",
        _ => "packet",
    };

    /// <summary><c>ip</c> or <c>ip6</c>.</summary>
    public static string Of(IpFamily family) => family == IpFamily.Ip4 ? "ip" : "ip6";

    /// <summary><c>proved</c>, <c>leak</c> or <c>inconclusive</c>.</summary>
    public static string Of(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    /// <summary>For example <c>flow-before-load</c>.</summary>
    public static string Of(StateRecipe recipe) => recipe switch
    {
        StateRecipe.FlowBeforeLoad => "flow-before-load",
        StateRecipe.InboundFirst => "inbound-first",
        _ => recipe.ToString().ToLowerInvariant(),
    };
}
