// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy.Endpoints;

namespace LeakVerifier.Policy.Configuration;

/// <summary>What reading a configuration gave.</summary>
/// <param name="Policy">The policy; null if and only if there are errors.</param>
/// <param name="Errors">Everything that is wrong, all at once, in the order of files and lines.</param>
/// <param name="Warnings">What is allowed but weakens the policy.</param>
/// <param name="Files">The files that were read, in order.</param>
public sealed record ConfigurationResult(
    EgressPolicy? Policy,
    ImmutableArray<ConfigurationProblem> Errors,
    ImmutableArray<ConfigurationProblem> Warnings,
    ImmutableArray<string> Files)
{
    /// <summary>The host names that the VPN's own files have, and the addresses that stand for them.</summary>
    public ImmutableArray<PinnedHost> Hosts { get; init; } = [];
}
