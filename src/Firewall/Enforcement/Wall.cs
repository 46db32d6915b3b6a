// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Firewall.Watching;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>Loads rulesets, and finds out what the kernel really has.</summary>
public sealed class Wall
{
    private const string Removal = $"table {Ruleset.Table}\ndelete table {Ruleset.Table}\n";

    private readonly INftables _kernel;
    private readonly Func<Ruleset, TableListing> _listInScratch;
    private readonly IWatch _watch;

    /// <param name="kernel">The kernel's rules.</param>
    /// <param name="listInScratch">
    /// Lists a ruleset as the installed nft spells it; asked only when the fast comparison says "different".
    /// </param>
    /// <param name="watch">Learns of every change that is wanted.</param>
    public Wall(INftables kernel, Func<Ruleset, TableListing> listInScratch, IWatch watch)
    {
        _kernel = kernel;
        _listInScratch = listInScratch;
        _watch = watch;
    }

    /// <summary>
    /// Loads a ruleset in one transaction and reads it back. A process that is killed meanwhile leaves either what was
    /// there before or the whole ruleset.
    /// </summary>
    public LoadResult Load(Ruleset ruleset)
    {
        // A watch that cannot be reached is no reason to leave the machine open: load first, complain then.
        var trouble = TryWatch(_watch.Hold);
        var reply = _kernel.Run(ruleset.Script);
        if (!reply.IsDone)
        {
            return new LoadResult(LoadOutcome.Refused, reply.Error);
        }

        var result = default(LoadResult);
        trouble ??= TryWatch(() => result = Verify(ruleset));
        return result ?? new LoadResult(LoadOutcome.Unverified, trouble ?? "");
    }

    /// <returns>What is wrong with the watch; null: nothing.</returns>
    private static string? TryWatch(Action ask)
    {
        try
        {
            ask();
            return null;
        }
        catch (WatchException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Compares, and has the watch follow.</summary>
    private LoadResult Verify(Ruleset ruleset)
    {
        Comparison comparison;
        bool isFollowed;
        do
        {
            var generation = _watch.Generation();
            comparison = Compare(ruleset);
            isFollowed = comparison.Likeness != Likeness.Same || _watch.Adopt(generation);
        }
        while (!isFollowed);

        return LoadResult.Of(comparison);
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
        // Whether the watch follows is of no weight here: its copies are walls as well.
        return Load(Lockdown.Ruleset).Outcome != LoadOutcome.Refused && IsClosed()
            ? FallbackState.LockedDown
            : FallbackState.Open;
    }

    /// <summary>Removes the table, and with it every rule of ours; nobody else's.</summary>
    public NftablesReply Open()
    {
        _watch.Open();
        return _kernel.Run(Removal);
    }

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
    public bool Restore(string script)
    {
        if (script == Removal)
        {
            return Open().IsDone;
        }

        var trouble = TryWatch(_watch.Hold);
        return _kernel.Run(script).IsDone && (trouble ?? TryWatch(Follow)) is null;

        void Follow()
        {
            while (!_watch.Adopt(_watch.Generation()))
            {
                // Somebody changed something between the two questions.
            }
        }
    }

    /// <summary>The table with the values of its counters; null when there is none.</summary>
    public string? ListWithCounters() => _kernel.List(withCounters: true).Text;
}
