// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Watching;

/// <summary>
/// Compares the kernel's walls with the wanted ones whenever somebody else changed them, and restores them.
/// </summary>
/// <remarks>
/// Everything happens on one thread. Restoring sends what was read when the walls were known to be right: no nft, no
/// configuration file and no other process is needed at that moment.
/// </remarks>
public sealed class Watcher : IWatch
{
    private const int KnownAtMost = 4;
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);

    private readonly NetlinkSocket _socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
    private readonly RuleEvents _events = RuleEvents.Listen();
    private readonly TimeProvider _time;
    private readonly Action<string> _warn;
    private readonly string _reportPath;
    private readonly TableReader _reader;
    private readonly TableChanges _changes;
    private readonly OwnedWalls _copies;
    private readonly RestoreBudget _budget;
    private readonly List<(Walls Walls, EgressPolicy Policy)> _known = [];

    private Walls? _wanted;
    private WatchReport _report;
    private Disturbance? _disturbance;
    private bool _isHeld;

    /// <summary>Begins to listen; nothing is restored until walls are adopted.</summary>
    /// <param name="reportPath">The file for the report.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Takes warnings.</param>
    public Watcher(string reportPath, TimeProvider time, Action<string> warn)
    {
        (_reportPath, _time, _warn) = (reportPath, time, warn);
        _reader = new TableReader(_socket);
        _changes = new TableChanges(_socket, _reader);
        _copies = new OwnedWalls(_socket, _reader);
        _budget = new RestoreBudget(time);
        var earlier = WatchReport.Read(reportPath);
        _report = new WatchReport
        {
            Process = Environment.ProcessId,
            Since = time.GetUtcNow(),
            Ownership = Ownership.None,
            GapCount = earlier?.GapCount ?? 0,
            Gaps = earlier?.Gaps ?? [],
        };
    }

    /// <summary>Readable when rules were changed; for poll(2).</summary>
    public int Descriptor => _events.Descriptor;

    /// <summary>Whether there are walls to watch over.</summary>
    public bool IsWatching => _wanted is not null;

    /// <summary>The policy that the wanted walls enforce; null: it is not known.</summary>
    public EgressPolicy? Policy { get; private set; }

    /// <summary>Whether a verb asked that the watch ends.</summary>
    public bool IsOpened { get; private set; }

    /// <summary>How firmly the copies are held.</summary>
    public Ownership Ownership => _copies.Ownership;

    /// <inheritdoc/>
    public bool IsElsewhere => false;

    /// <inheritdoc/>
    public uint Generation() => _reader.Generation();

    /// <inheritdoc/>
    public void Hold() => _isHeld = true;

    /// <summary>Ends what <see cref="Hold"/> began; what was changed and not adopted is undone.</summary>
    public TimeSpan? LetGo()
    {
        _isHeld = false;
        return Look();
    }

    /// <inheritdoc/>
    public bool Adopt(uint generation, EgressPolicy? policy)
    {
        if (TryRead(out var read) is not { } walls || read != generation)
        {
            return false;
        }

        var answer = _copies.Hold(walls);
        if (!answer.IsDone)
        {
            throw new WatchException($"the watch could not copy the rules: {answer}");
        }

        // What was announced until here led to what is wanted now.
        _events.Take(_socket.Port);
        (_wanted, _disturbance) = (walls, null);
        Policy = Know(walls, policy);
        Report(_report with { Ownership = _copies.Ownership, Warning = null });
        return true;
    }

    /// <summary>Has one transaction of ours change walls that are as they should be, and adopts what it makes of them.</summary>
    /// <param name="change">Changes the walls; false: it could not.</param>
    /// <returns>False when they are not as they should be, or somebody else changed something meanwhile.</returns>
    public bool Amend(Func<bool> change)
    {
        return _wanted is not null
            && TryRead(out var generation) is { } walls
            && walls.DifferenceFrom(_wanted) is null
            && change()
            && Adopt(generation + 1, Policy);
    }

    /// <summary>Takes whatever is loaded for the wanted rules, if the first wall is there.</summary>
    public void AdoptPresent()
    {
        while (_reader.Flags(WallTables.First) is not null && !Adopt(Generation(), policy: null))
        {
            // Somebody changed something between the two questions.
        }
    }

    /// <inheritdoc/>
    public void Open()
    {
        var answer = _copies.Release();
        if (!answer.IsDone)
        {
            throw new WatchException($"the watch's copies could not be removed: {answer}");
        }

        (_wanted, IsOpened) = (null, true);
    }

    /// <summary>Takes what was announced, and restores what is not as it should be.</summary>
    /// <returns>When to look again although nothing is announced; null: never.</returns>
    public TimeSpan? Look()
    {
        if (_events.Take(_socket.Port) is { } cause)
        {
            _disturbance ??= new Disturbance(cause, _time.GetTimestamp(), _time.GetUtcNow());
        }

        return _isHeld || _wanted is null || _disturbance is null ? null : Restore(_wanted, _disturbance);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _events.Dispose();
        _socket.Dispose();
    }

    /// <summary>A start that nobody confirmed goes back to walls of before, and does not know their policy.</summary>
    private EgressPolicy? Know(Walls walls, EgressPolicy? policy)
    {
        policy ??= _known.FindLast(known => walls.DifferenceFrom(known.Walls) is null).Policy;
        if (policy is not null)
        {
            _known.RemoveAll(known => ReferenceEquals(known.Policy, policy));
            _known.Add((walls, policy));
            _known.RemoveRange(0, Math.Max(0, _known.Count - KnownAtMost));
        }

        return policy;
    }

    private TimeSpan? Restore(Walls wanted, Disturbance disturbance)
    {
        if (TryRead(out _) is not { } walls)
        {
            return Soon;
        }

        if (walls.DifferenceFrom(wanted) is not { } difference)
        {
            _disturbance = null;
            return null;
        }

        if (_budget.Take() is var wait && wait > TimeSpan.Zero)
        {
            Warn($"{disturbance.Cause} changes the rules again and again; they are restored once a second"
                + (Ownership == Ownership.None ? "" : ", and the watch's copies hold meanwhile"));
            return wait;
        }

        var answer = _changes.Replace(
            [(WallTables.First, wanted.First), (WallTables.Second, wanted.Second)], TableFlags.None);
        if (!answer.IsDone)
        {
            Warn($"{difference} by {disturbance.Cause}; it could not be restored: {answer}");
            return TimeSpan.FromSeconds(1);
        }

        var gap = new Gap(difference, disturbance.Cause, disturbance.Start, _time.GetElapsedTime(disturbance.Noticed));
        _disturbance = null;
        Report(_report.With(gap) with { Warning = _budget.WasQuiet ? null : _report.Warning });
        _warn($"{gap.What} by {gap.Cause}; restored after {gap.Length.TotalMilliseconds:F1} ms");
        return Look();
    }

    /// <returns>Null when the rules change faster than they can be read.</returns>
    private Walls? TryRead(out uint generation)
    {
        try
        {
            return Walls.Read(_reader, out generation);
        }
        catch (NetlinkException exception) when (exception.Error == NetlinkAnswer.Interrupted)
        {
            generation = 0;
            return null;
        }
    }

    /// <summary>Says once what may go on for long.</summary>
    private void Warn(string warning)
    {
        if (_report.Warning is null)
        {
            Report(_report with { Warning = warning });
            _warn(warning);
        }
    }

    private void Report(WatchReport report)
    {
        _report = report;
        try
        {
            report.Write(_reportPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _warn($"the report could not be written: {exception.Message}");
        }
    }

    private sealed record Disturbance(string Cause, long Noticed, DateTimeOffset Start);
}
