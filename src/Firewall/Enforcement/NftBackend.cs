// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Rules;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>nftables: one table for both families, replaced in one transaction.</summary>
public sealed class NftBackend(Wall wall, UplinkFacts uplinks) : IBackend
{
    /// <summary>What <c>--backend</c> calls it.</summary>
    public const string BackendName = "nft";

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <inheritdoc/>
    public LoadResult Load(EgressPolicy policy)
    {
        var ruleset = RulesetCompiler.Compile(policy);
        var result = wall.Load(ruleset, policy) with { RuleCount = ruleset.RuleCount };
        return result.Outcome is LoadOutcome.InForce or LoadOutcome.Unverified
            ? result with { Warnings = [.. Warnings(result, policy)] }
            : result;
    }

    /// <inheritdoc/>
    public Comparison Compare(EgressPolicy policy)
    {
        var comparison = wall.Compare(RulesetCompiler.Compile(policy));
        return comparison.Likeness == Likeness.Same ? wall.CompareCoverage(policy) : comparison;
    }

    /// <inheritdoc/>
    public bool IsLockedDown()
    {
        return wall.Compare(Lockdown.Ruleset).Likeness == Likeness.Same
            && wall.CompareCoverage(policy: null).Likeness == Likeness.Same;
    }

    /// <inheritdoc/>
    public bool IsClosed() => wall.IsClosed();

    /// <inheritdoc/>
    public FallbackState KeepClosed() => wall.KeepClosed();

    /// <inheritdoc/>
    public void Withdraw()
    {
        // A transaction that failed left nothing behind.
    }

    /// <inheritdoc/>
    public FallbackState LockDown() => wall.LockDown();

    /// <inheritdoc/>
    public string? Open()
    {
        try
        {
            return wall.Open() is { IsDone: false } refusal ? refusal.Error : null;
        }
        catch (WatchException exception)
        {
            return exception.Message;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<CountedRule> Counters() => CountedRule.Read(wall.ListWithCounters() ?? "");

    /// <inheritdoc/>
    public RememberedRules? Remember() => wall.Remember();

    /// <inheritdoc/>
    public bool Restore(string script) => wall.Restore(script);

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, ulong>> Blocked() => BlockedPackets.Count(Counters());

    /// <inheritdoc/>
    public IReadOnlyList<string> Uncovered(EgressPolicy policy) => wall.Coverage(policy).OpenCases;

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks() => [];

    private IEnumerable<string> Warnings(LoadResult result, EgressPolicy policy)
    {
        if (!result.Coverage.IsComplete)
        {
            var reason = result.Coverage.Reason.Length > 0 ? $" ({result.Coverage.Reason})" : "";
            yield return $"no wall stops{reason}: {string.Join("; ", result.Coverage.OpenCases)}";
        }

        foreach (var warning in uplinks.Warnings(policy))
        {
            yield return warning;
        }
    }
}
