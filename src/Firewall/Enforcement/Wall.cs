// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Rules;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>Loads rulesets, and finds out what the kernel really has.</summary>
public sealed class Wall
{
    private const string Removal = $"table {Ruleset.Table}\ndelete table {Ruleset.Table}\n";

    private readonly INftables _kernel;
    private readonly Func<Ruleset, TableListing> _listInScratch;

    /// <param name="kernel">The kernel's rules.</param>
    /// <param name="listInScratch">
    /// Lists a ruleset as the installed nft spells it; asked only when the fast comparison says "different".
    /// </param>
    public Wall(INftables kernel, Func<Ruleset, TableListing> listInScratch)
    {
        _kernel = kernel;
        _listInScratch = listInScratch;
    }

    /// <summary>
    /// Loads a ruleset in one transaction and reads it back. A process that is killed meanwhile leaves either what was
    /// there before or the whole ruleset.
    /// </summary>
    public LoadResult Load(Ruleset ruleset)
    {
        var reply = _kernel.Run(ruleset.Script);
        if (!reply.IsDone)
        {
            return new LoadResult(LoadOutcome.Refused, reply.Error);
        }

        var comparison = Compare(ruleset);
        return comparison.Likeness switch
        {
            Likeness.Same => new LoadResult(LoadOutcome.InForce, ""),
            Likeness.Unknown => new LoadResult(LoadOutcome.Unverified, comparison.Reason ?? ""),
            Likeness.Absent => new LoadResult(LoadOutcome.Differs, "the table is gone"),
            _ => new LoadResult(LoadOutcome.Differs, string.Join("\n", comparison.Differences)),
        };
    }

    /// <summary>Compares the kernel's rules with a ruleset.</summary>
    /// <remarks>
    /// Equal texts are equal rules. Different texts may be equal rules in another nft's spelling; then the installed
    /// nft spells the ruleset itself, in a namespace of its own, and that text decides.
    /// </remarks>
    public Comparison Compare(Ruleset wanted)
    {
        var loaded = _kernel.List();
        if (loaded.Text is null)
        {
            return loaded.Error is null
                ? new Comparison(Likeness.Absent, [])
                : new Comparison(Likeness.Unknown, [], loaded.Error);
        }

        if (loaded.Text == wanted.Listing)
        {
            return new Comparison(Likeness.Same, []);
        }

        var spelled = _listInScratch(wanted);
        if (spelled.Text is null)
        {
            return new Comparison(Likeness.Unknown, [], spelled.Error);
        }

        return spelled.Text == loaded.Text
            ? new Comparison(Likeness.Same, [])
            : new Comparison(Likeness.Different, TextDifference.Between(spelled.Text, loaded.Text));
    }

    /// <summary>Whether a wall is loaded, whatever its exceptions.</summary>
    public bool IsClosed()
    {
        return _kernel.List().Text is { } listing && ClosedShape.Holds(listing);
    }

    /// <summary>Keeps the wall that is loaded, or loads the lockdown when there is none.</summary>
    public FallbackState KeepClosed()
    {
        return IsClosed() ? FallbackState.Kept : LockDown();
    }

    /// <summary>Replaces whatever is loaded by the lockdown.</summary>
    public FallbackState LockDown()
    {
        return _kernel.Run(Lockdown.Ruleset.Script).IsDone && IsClosed() ? FallbackState.LockedDown : FallbackState.Open;
    }

    /// <summary>Removes the table, and with it every rule of ours; nobody else's.</summary>
    public NftablesReply Open() => _kernel.Run(Removal);

    /// <summary>What is loaded now, whatever it is, and how to bring it back; null: it cannot be read.</summary>
    public RememberedRules? Remember()
    {
        return _kernel.List() switch
        {
            { Text: { } listing } => new RememberedRules(Removal + listing, WasOpen: false),
            { Error: null } => new RememberedRules(Removal, WasOpen: true),
            _ => null,
        };
    }

    /// <summary>Brings back what <see cref="Remember"/> remembered.</summary>
    /// <returns>Whether the kernel took it; otherwise what is loaded stays.</returns>
    public bool Restore(string script) => _kernel.Run(script).IsDone;

    /// <summary>The table with the values of its counters; null when there is none.</summary>
    public string? ListWithCounters() => _kernel.List(withCounters: true).Text;
}
