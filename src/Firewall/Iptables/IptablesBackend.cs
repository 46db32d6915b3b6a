// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>
/// iptables and ip6tables, nft-based or legacy. Their programs know one family and one table a transaction, so what nft
/// has for nothing is here a matter of order: IPv6 before IPv4, the walls before what only translates, everything tried
/// before anything is loaded, and what was loaded is taken back when a later part fails.
/// </summary>
public sealed class IptablesBackend(IIptables iptables, IptablesAccess access) : IBackend
{
    /// <summary>What <c>--backend</c> calls it.</summary>
    public const string BackendName = "iptables";

    private const string FamilyHeading = "# family: ";

    // Whether a load failed where nothing was closed before, and left a part of its rules.
    private bool _isUnfinished;

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <summary>Which iptables it speaks to.</summary>
    public IptablesVariant Variant => iptables.Variant;

    /// <summary>Whether this kernel has anything of ours.</summary>
    public bool IsPresent() => IpFamilies.InOrder.Any(family => Read(family) is { HasOurs: true });

    /// <inheritdoc/>
    public LoadResult Load(EgressPolicy policy)
    {
        var ruleset = IptablesCompiler.Compile(policy);
        return Load(ruleset) with { RuleCount = ruleset.RuleCount };
    }

    /// <inheritdoc/>
    public Comparison Compare(EgressPolicy policy) => Compare(IptablesCompiler.Compile(policy));

    /// <inheritdoc/>
    public bool IsLockedDown() => Compare(IptablesCompiler.Lockdown).Likeness == Likeness.Same;

    /// <inheritdoc/>
    public bool IsClosed()
    {
        return IpFamilies.InOrder.All(family => Read(family) is { } saved && IptablesShape.IsClosed(saved) || IsWithout(family));
    }

    /// <inheritdoc/>
    public FallbackState KeepClosed() => !_isUnfinished && IsClosed() ? FallbackState.Kept : LockDown();

    /// <inheritdoc/>
    public void Withdraw()
    {
        if (_isUnfinished)
        {
            _ = Open();
        }
    }

    /// <inheritdoc/>
    public FallbackState LockDown()
    {
        // Each family whatever becomes of the other.
        foreach (var family in IpFamilies.InOrder)
        {
            _ = Replace(IptablesCompiler.Lockdown, family, Read(family) ?? SavedTables.Empty);
        }

        return IsClosed() ? FallbackState.LockedDown : FallbackState.Open;
    }

    /// <inheritdoc/>
    public string? Open()
    {
        var failures = new List<string>();
        foreach (var family in IpFamilies.InOrder)
        {
            var saved = iptables.Save(family);
            var script = saved.IsDone ? RestoreScript.Replace([], SavedTables.Read(saved.Output)) : "";
            var reply = script.Length > 0 ? iptables.Restore(family, script) : saved;
            if (!reply.IsDone && !IsWithout(family))
            {
                failures.Add($"{family.Word()}: {reply.Error}");
            }
        }

        return failures.Count == 0 ? null : string.Join("; ", failures);
    }

    /// <inheritdoc/>
    public RememberedRules? Remember()
    {
        var text = new StringBuilder();
        var wasOpen = true;
        foreach (var family in IpFamilies.InOrder)
        {
            var saved = Read(family);
            if (saved is null && !IsWithout(family))
            {
                return null;
            }

            text.Append(FamilyHeading).Append(family.Program()).Append('\n').Append(saved?.ToOwnText());
            wasOpen &= saved is not { HasOurs: true };
        }

        return new RememberedRules(text.ToString(), wasOpen);
    }

    /// <inheritdoc/>
    public bool Restore(string script)
    {
        var parts = script.Split(FamilyHeading, StringSplitOptions.RemoveEmptyEntries);
        return IpFamilies.InOrder.All(family =>
        {
            var before = parts.Single(part => part.StartsWith(family.Program() + "\n", StringComparison.Ordinal));
            return Read(family) is { } loaded
                ? iptables.Restore(family, RestoreScript.Restore(SavedTables.Read(before), loaded)).IsDone
                : IsWithout(family);
        });
    }

    /// <inheritdoc/>
    public IReadOnlyList<CountedRule> Counters()
    {
        return
        [
            .. from family in IpFamilies.InOrder
               let saved = iptables.Save(family, withCounters: true)
               where saved.IsDone
               from rule in SavedTables.Read(saved.Output).Counted(family.Word())
               select rule,
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, ulong>> Blocked()
    {
        return
        [
            .. BlockedPackets.Count(Counters())
                .Select(count => KeyValuePair.Create(count.Key[IptablesChain.Prefix.Length..], count.Value)).OrderBy(count => count.Key),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Uncovered(EgressPolicy policy) => IptablesLimits.Of(policy, Variant);

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks()
    {
        var families = IpFamilies.InOrder.Where(IsWithout).Select(family =>
            $"this kernel has no {family.Word()}, so {family.Program()} was left out");
        return [.. families, .. IptablesLimits.Mix(access, Variant)];
    }

    private LoadResult Load(IptablesRuleset ruleset)
    {
        var before = new Dictionary<IpFamily, SavedTables>();
        foreach (var family in IpFamilies.InOrder)
        {
            var saved = iptables.Save(family);
            var tables = SavedTables.Read(saved.Output);
            var tried = saved.IsDone ? iptables.Test(family, RestoreScript.Replace(ruleset.Of(family), tables)) : saved;
            if (tried.IsDone)
            {
                before[family] = tables;
            }
            else if (!IsWithout(family))
            {
                return new LoadResult(LoadOutcome.Refused, $"{family.Word()}: {tried.Error}");
            }
        }

        foreach (var (family, tables) in before.OrderBy(entry => entry.Key))
        {
            var reply = Replace(ruleset, family, tables);
            if (!reply.IsDone && !IsWithout(family))
            {
                TakeBack(before, upTo: family);
                _isUnfinished = !before.Values.All(IptablesShape.IsClosed);
                return new LoadResult(LoadOutcome.Refused, $"{family.Word()}: {reply.Error}");
            }
        }

        return LoadResult.Of(Compare(ruleset));
    }

    private IptablesReply Replace(IptablesRuleset ruleset, IpFamily family, SavedTables loaded)
    {
        return iptables.Restore(family, RestoreScript.Replace(ruleset.Of(family), loaded));
    }

    /// <summary>
    /// Brings the old rules back, of the family that failed as well: its tables before the one that was refused are
    /// loaded. What closes a family that was open stays, until the caller locks it down.
    /// </summary>
    private void TakeBack(Dictionary<IpFamily, SavedTables> before, IpFamily upTo)
    {
        foreach (var (family, tables) in before.Where(entry => entry.Key <= upTo && IptablesShape.IsClosed(entry.Value)))
        {
            _ = iptables.Restore(family, RestoreScript.Restore(tables, Read(family) ?? SavedTables.Empty));
        }
    }

    /// <summary>
    /// Compares both families. Different texts may be equal rules in another iptables' spelling; see
    /// <see cref="Wall.Compare"/>.
    /// </summary>
    private Comparison Compare(IptablesRuleset wanted)
    {
        var tables = new Dictionary<IpFamily, SavedTables>();
        foreach (var family in IpFamilies.InOrder)
        {
            var saved = iptables.Save(family);
            if (saved.IsDone)
            {
                tables[family] = SavedTables.Read(saved.Output);
            }
            else if (!IsWithout(family))
            {
                return new Comparison(Likeness.Unknown, [], $"{family.Word()}: {saved.Error}");
            }
        }

        if (!tables.Values.Any(saved => saved.HasOurs))
        {
            return new Comparison(Likeness.Absent, []);
        }

        var loaded = string.Concat(tables.Select(entry => IptablesListing.Of(entry.Key, entry.Value)));
        return loaded == string.Concat(tables.Keys.Select(family => IptablesListing.Of(family, wanted.Of(family))))
            ? new Comparison(Likeness.Same, [])
            : CompareSpelled(wanted, tables.Keys, loaded);
    }

    private Comparison CompareSpelled(IptablesRuleset wanted, IEnumerable<IpFamily> families, string loaded)
    {
        var spelled = "";
        foreach (var family in families)
        {
            var reply = access.SaveInScratch(iptables, wanted, family);
            if (!reply.IsDone)
            {
                return new Comparison(Likeness.Unknown, [], $"{family.Word()}: {reply.Error}");
            }

            spelled += IptablesListing.Of(family, SavedTables.Read(reply.Output));
        }

        return spelled == loaded
            ? new Comparison(Likeness.Same, [])
            : new Comparison(Likeness.Different, TextDifference.Between(spelled, loaded));
    }

    private SavedTables? Read(IpFamily family)
    {
        return iptables.Save(family) is { IsDone: true } saved ? SavedTables.Read(saved.Output) : null;
    }

    private bool IsWithout(IpFamily family) => family == IpFamily.IPv6 && !access.HasIPv6();
}
