// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>Loads rulesets, and finds out what the kernel really has.</summary>
public sealed class Wall
{
    private const string OutputHook = "output";
    private const string Removal = $"table {Ruleset.Table}\ndelete table {Ruleset.Table}\n";

    private readonly INftables _kernel;
    private readonly Func<Ruleset, TableListing> _listInScratch;
    private readonly FrameWall _frames;
    private readonly IWatch _watch;

    /// <param name="kernel">The kernel's rules.</param>
    /// <param name="frames">The second wall.</param>
    /// <param name="listInScratch">
    /// Lists a ruleset as the installed nft spells it; asked only when the fast comparison says "different".
    /// </param>
    /// <param name="watch">Learns of every change that is wanted.</param>
    public Wall(INftables kernel, FrameWall frames, Func<Ruleset, TableListing> listInScratch, IWatch watch)
    {
        _kernel = kernel;
        _frames = frames;
        _listInScratch = listInScratch;
        _watch = watch;
    }

    /// <summary>
    /// Loads a ruleset in one transaction and reads it back. A process that is killed meanwhile leaves either what was
    /// there before or the whole ruleset.
    /// </summary>
    /// <param name="ruleset">Both walls' rules.</param>
    /// <param name="policy">The policy that they enforce; null: the lockdown.</param>
    public LoadResult Load(Ruleset ruleset, EgressPolicy? policy)
    {
        // A machine without a wall does not wait for a watch to answer. Without knowing of it, that watch may undo it:
        // so it is loaded again when it knows.
        if (_watch.IsElsewhere && !_kernel.HasChain(WallTables.First, OutputHook))
        {
            _ = Send(ruleset, policy, out _);
        }

        // A watch that cannot be reached is no reason to leave the machine open: load first, complain then.
        var trouble = TryWatch(_watch.Hold);
        var reply = Send(ruleset, policy, out var both);
        if (!reply.IsDone)
        {
            return new LoadResult(LoadOutcome.Refused, reply.Error);
        }

        // Alone the first wall was taken: an interface vanished meanwhile, or this kernel has no egress hook, or not for these.
        var coverage = both.IsDone ? null : _frames.Cover(ruleset.Frames, policy);
        var isRefused = coverage is { HasSecondWall: false };
        var result = default(LoadResult);
        var frames = default(string);
        trouble ??= TryWatch(() => result = Verify(ruleset, policy, isRefused, out frames));
        return (result ?? new LoadResult(LoadOutcome.Unverified, trouble ?? "")) with
        {
            Coverage = coverage ?? (frames is null ? _frames.Coverage(policy) : _frames.Coverage(policy, frames)),
        };
    }

    /// <summary>Both walls in one transaction, or the first one alone.</summary>
    private NftablesReply Send(Ruleset ruleset, EgressPolicy? policy, out NftablesReply both)
    {
        both = _kernel.Run(ruleset.Script + _frames.Script(ruleset.Frames, policy));
        return both.IsDone ? both : _kernel.Run(ruleset.Script);
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
    /// <param name="ruleset">What is wanted.</param>
    /// <param name="policy">The policy that it enforces; null: the lockdown.</param>
    /// <param name="isRefused">Whether the kernel has refused the second wall: then the first one is all there is.</param>
    /// <param name="frames">The second wall as it is listed; null: nobody asked, or it is not there.</param>
    private LoadResult Verify(Ruleset ruleset, EgressPolicy? policy, bool isRefused, out string? frames)
    {
        Comparison comparison;
        bool isFollowed;
        do
        {
            var generation = _watch.Generation();
            comparison = CompareBoth(ruleset, isRefused, out frames);
            isFollowed = comparison.Likeness != Likeness.Same || _watch.Adopt(generation, policy);
        }
        while (!isFollowed);

        return LoadResult.Of(comparison);
    }

    /// <summary>How far the second wall reaches.</summary>
    public WallCoverage Coverage(EgressPolicy policy) => _frames.Coverage(policy);

    /// <summary>Says whether the second wall, whose rules are as they should be, is where it should be.</summary>
    public Comparison CompareCoverage(EgressPolicy? policy) => _frames.CompareCoverage(policy);

    /// <summary>Compares the kernel's rules with a ruleset.</summary>
    public Comparison Compare(Ruleset wanted) => CompareBoth(wanted, isRefused: false, out _);

    private Comparison CompareBoth(Ruleset wanted, bool isRefused, out string? frames)
    {
        frames = null;
        var first = CompareFirst(wanted);
        return first.Likeness == Likeness.Same ? _frames.Compare(wanted.Frames, isRefused, out frames) : first;
    }

    /// <remarks>
    /// Equal texts are equal rules. Different texts may be equal rules in another nft's spelling; then the installed
    /// nft spells the ruleset itself, in a namespace of its own, and that text decides.
    /// </remarks>
    private Comparison CompareFirst(Ruleset wanted)
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
    public bool IsClosed() => IsFirstClosed() && _frames.IsClosed();

    private bool IsFirstClosed() => _kernel.List().Text is { } listing && ClosedShape.Holds(listing);

    /// <summary>Keeps the wall that is loaded, or loads the lockdown when there is none.</summary>
    public FallbackState KeepClosed()
    {
        return IsClosed() ? FallbackState.Kept : LockDown();
    }

    /// <summary>Replaces whatever is loaded by the lockdown.</summary>
    public FallbackState LockDown()
    {
        // Whether the watch follows is of no weight here: its copies are walls as well.
        return Load(Lockdown.Ruleset, policy: null).Outcome != LoadOutcome.Refused && IsFirstClosed()
            ? FallbackState.LockedDown
            : FallbackState.Open;
    }

    /// <summary>Removes the tables, and with them every rule of ours; nobody else's.</summary>
    public NftablesReply Open()
    {
        _watch.Open();
        var reply = _kernel.Run(Removal);
        return reply.IsDone ? _frames.Remove() : reply;
    }

    /// <summary>What is loaded now, whatever it is, and how to bring it back; null: it cannot be read.</summary>
    public RememberedRules? Remember()
    {
        return _kernel.List() switch
        {
            { Text: { } listing } => new RememberedRules(Removal + listing + _frames.Remember(), WasOpen: false),
            { Error: null } => new RememberedRules(Removal + _frames.Remember(), WasOpen: true),
            _ => null,
        };
    }

    /// <summary>Brings back what <see cref="Remember"/> remembered.</summary>
    /// <returns>Whether the kernel took it; otherwise what is loaded stays.</returns>
    public bool Restore(string script)
    {
        if (!script.Contains($"table {Ruleset.Table} {{", StringComparison.Ordinal))
        {
            return Open().IsDone;
        }

        // A kernel that can have no second wall refuses all that speaks of it.
        var trouble = TryWatch(_watch.Hold);
        var second = script.IndexOf($"table {SecondWall.Table}\n", StringComparison.Ordinal);
        var isDone = _kernel.Run(script).IsDone || (second > 0 && _kernel.Run(script[..second]).IsDone);
        return isDone && (trouble ?? TryWatch(Follow)) is null;

        void Follow()
        {
            while (!_watch.Adopt(_watch.Generation(), policy: null))
            {
                // Somebody changed something between the two questions.
            }
        }
    }

    /// <summary>The tables with the values of their counters; null when there is no first one.</summary>
    public string? ListWithCounters()
    {
        return _kernel.List(withCounters: true).Text is { } listing ? listing + _frames.ListWithCounters() : null;
    }
}
