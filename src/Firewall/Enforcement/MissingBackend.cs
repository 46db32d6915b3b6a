// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>A backend whose programs or library are not installed: nothing of it can be loaded, read or removed.</summary>
/// <param name="name">What <c>--backend</c> calls it.</param>
/// <param name="reason">What is missing, and how to mend it.</param>
public sealed class MissingBackend(string name, string reason) : IBackend
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public LoadResult Load(EgressPolicy policy) => new(LoadOutcome.Refused, reason);

    /// <inheritdoc/>
    public Comparison Compare(EgressPolicy policy) => new(Likeness.Unknown, [], reason);

    /// <inheritdoc/>
    public bool IsLockedDown() => false;

    /// <inheritdoc/>
    public bool IsClosed() => false;

    /// <inheritdoc/>
    public FallbackState KeepClosed() => FallbackState.Open;

    /// <inheritdoc/>
    public void Withdraw()
    {
        // It left nothing behind.
    }

    /// <inheritdoc/>
    public FallbackState LockDown() => FallbackState.Open;

    /// <inheritdoc/>
    public string? Open() => reason;

    /// <inheritdoc/>
    public RememberedRules? Remember() => null;

    /// <inheritdoc/>
    public bool Restore(string script) => false;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, ulong>> Blocked() => [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Uncovered(EgressPolicy policy) => [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks() => [];
}
