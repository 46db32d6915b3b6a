// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>
/// The backend that was asked for, with the others that may be loaded. The kernel asks all that is loaded, and a packet
/// must be accepted by each: so the old backend's rules go after the new one's are in force, and nothing is open
/// between. The kernel's settings belong to the rules of whichever backend, so that a switch does not set them back.
/// </summary>
/// <param name="settings">The kernel's settings that belong to the rules.</param>
/// <param name="chosen">The backend that was asked for.</param>
/// <param name="others">The other backends that have rules of ours in the kernel.</param>
/// <param name="spare">Another backend, loaded or not, for when the chosen one cannot even close; null: none.</param>
/// <param name="warn">Takes warnings of what was left behind by opening.</param>
public sealed class SwitchingBackend(
    KernelSettings settings,
    IBackend chosen,
    Func<IReadOnlyList<IBackend>> others,
    Func<IBackend?> spare,
    Action<string> warn) : IBackend
{
    // Before the rules of each backend, where several are remembered; a comment to all of them.
    private const string Heading = "# backend: ";

    /// <inheritdoc/>
    public string Name => chosen.Name;

    /// <inheritdoc/>
    public LoadResult Load(EgressPolicy policy)
    {
        var result = chosen.Load(policy);
        if (result.Outcome is LoadOutcome.InForce or LoadOutcome.Unverified)
        {
            result = result with { Warnings = [.. result.Warnings, .. settings.Apply()] };
        }

        if (result.Outcome != LoadOutcome.InForce)
        {
            return result;
        }

        var failures = others().Select(other => other.Open()).OfType<string>().ToList();
        return failures.Count == 0
            ? result
            : new LoadResult(LoadOutcome.Unverified,
                "the rules of the backend that was used before are still there, and hold as well: " + string.Join("; ", failures));
    }

    /// <inheritdoc/>
    public Comparison Compare(EgressPolicy policy) => chosen.Compare(policy);

    /// <inheritdoc/>
    public bool IsLockedDown() => chosen.IsLockedDown();

    /// <inheritdoc/>
    public bool IsClosed() => chosen.IsClosed() || others().Any(other => other.IsClosed());

    /// <inheritdoc/>
    public FallbackState KeepClosed()
    {
        if (others().Any(other => other.IsClosed()))
        {
            chosen.Withdraw();
            return FallbackState.Kept;
        }

        return OrSpare(chosen.KeepClosed());
    }

    /// <inheritdoc/>
    public void Withdraw() => chosen.Withdraw();

    /// <inheritdoc/>
    public FallbackState LockDown() => OrSpare(chosen.LockDown());

    private FallbackState OrSpare(FallbackState state)
    {
        return state == FallbackState.Open && spare() is { } other ? other.LockDown() : state;
    }

    /// <inheritdoc/>
    public string? Open()
    {
        // The settings of a machine that could not be opened stay with its rules.
        var failures = others().Append(chosen).Select(backend => backend.Open()).OfType<string>().ToList();
        if (failures.Count > 0)
        {
            return string.Join("; ", failures);
        }

        SetBack();
        return null;
    }

    /// <inheritdoc/>
    public RememberedRules? Remember()
    {
        // What closes comes first, so that it is back before anything is removed.
        var text = new StringBuilder();
        var wasOpen = true;
        foreach (var backend in others().Where(other => other.Name != Name).Append(chosen))
        {
            if (backend.Remember() is not { } remembered)
            {
                return null;
            }

            text.Append(Heading).Append(backend.Name).Append('\n').Append(remembered.Script);
            wasOpen &= remembered.WasOpen;
        }

        return new RememberedRules(text.ToString(), wasOpen);
    }

    /// <inheritdoc/>
    public bool Restore(string script)
    {
        var parts = script.Split(Heading, StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('\n', 2)).ToDictionary(part => part[0], part => part[1]);
        var isRestored = parts.All(part => (part.Key == Name ? chosen : spare())?.Restore(part.Value) == true)
            && others().Where(other => !parts.ContainsKey(other.Name)).All(other => other.Open() is null);
        if (isRestored && !IsClosed())
        {
            SetBack();
        }

        return isRestored;
    }

    /// <summary>What remains of the settings keeps no machine closed, so that it is no failure.</summary>
    private void SetBack()
    {
        foreach (var failure in settings.Restore())
        {
            warn(failure);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, ulong>> Blocked() => chosen.Blocked();

    /// <inheritdoc/>
    public IReadOnlyList<CountedRule> Counters() => chosen.Counters();

    /// <inheritdoc/>
    public IReadOnlyList<string> Uncovered(EgressPolicy policy) => chosen.Uncovered(policy);

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks() => chosen.Remarks();
}
