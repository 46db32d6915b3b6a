// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>A way in which a policy becomes rules of the kernel.</summary>
/// <remarks>The verbs know nothing but this, so that each of them does the same with every backend.</remarks>
public interface IBackend
{
    /// <summary>What <c>--backend</c> calls it.</summary>
    string Name { get; }

    /// <summary>Loads the rules of a policy and reads them back.</summary>
    LoadResult Load(EgressPolicy policy);

    /// <summary>Compares the kernel's rules with those of a policy.</summary>
    Comparison Compare(EgressPolicy policy);

    /// <summary>Whether the kernel has the lockdown and nothing else of ours.</summary>
    bool IsLockedDown();

    /// <summary>Whether a wall is loaded, whatever its exceptions.</summary>
    bool IsClosed();

    /// <summary>Keeps the wall that is loaded, or loads the lockdown when there is none.</summary>
    FallbackState KeepClosed();

    /// <summary>
    /// Takes back what a load that failed has left behind, for when another backend keeps the machine closed.
    /// </summary>
    void Withdraw();

    /// <summary>Replaces whatever is loaded by the lockdown.</summary>
    FallbackState LockDown();

    /// <summary>Removes every rule of ours, and nobody else's.</summary>
    /// <returns>Null, or why it could not be done.</returns>
    string? Open();

    /// <summary>The counters of single rules; empty when nothing is loaded, or the backend has none to show.</summary>
    IReadOnlyList<CountedRule> Counters() => [];

    /// <summary>What is loaded now, whatever it is, and how to bring it back; null: it cannot be read.</summary>
    RememberedRules? Remember();

    /// <summary>Brings back what <see cref="Remember"/> remembered.</summary>
    /// <returns>Whether the kernel took it; otherwise what is loaded stays.</returns>
    bool Restore(string script);

    /// <summary>How many packets each chain refused since it was loaded; empty when nothing is loaded.</summary>
    IReadOnlyList<KeyValuePair<string, ulong>> Blocked();

    /// <summary>What this backend cannot stop, named one by one.</summary>
    IReadOnlyList<string> Uncovered(EgressPolicy policy);

    /// <summary>What a person should know of this machine besides; empty: nothing.</summary>
    IReadOnlyList<string> Remarks();
}
