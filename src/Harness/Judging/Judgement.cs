// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Harness.Judging;

/// <summary>What the judge saw. All counts are exact, however many frames there were.</summary>
public sealed record Judgement
{
    /// <summary>Frames that the client sent before the window was opened: counted, not judged.</summary>
    public required long BeforeWindow { get; init; }

    /// <summary>Frames that went out to the client, such as sentinels: not judged.</summary>
    public required long Outbound { get; init; }

    /// <summary>Frames judged.</summary>
    public required long Judged { get; init; }

    /// <summary>Frames judged that a gateway sent to its client; 0 where there is none.</summary>
    public long JudgedInside { get; init; }

    /// <summary>Frames on the list, by the part of the policy they are on it by.</summary>
    public required ImmutableSortedDictionary<AllowedReason, long> Allowed { get; init; }

    /// <summary>Frames not on the list.</summary>
    public required long LeakedFrames { get; init; }

    /// <summary>The leaks of each probe, the earliest first.</summary>
    public required ImmutableArray<ProbeLeaks> LeaksByProbe { get; init; }

    /// <summary>The first leaks, at most <see cref="Judge.DetailedLeaks"/>, in the order of the wire.</summary>
    public required ImmutableArray<Leak> Leaks { get; init; }

    /// <summary>What was seen on two links together.</summary>
    public Judgement With(Judgement other)
    {
        return new Judgement
        {
            BeforeWindow = BeforeWindow + other.BeforeWindow,
            Outbound = Outbound + other.Outbound,
            Judged = Judged + other.Judged,
            JudgedInside = JudgedInside + other.JudgedInside,
            Allowed = Allowed.Concat(other.Allowed)
                .GroupBy(part => part.Key)
                .ToImmutableSortedDictionary(part => part.Key, part => part.Sum(frames => frames.Value)),
            LeakedFrames = LeakedFrames + other.LeakedFrames,
            LeaksByProbe =
            [
                .. LeaksByProbe.Concat(other.LeaksByProbe)
                    .GroupBy(leaks => leaks.Probe)
                    .Select(ProbeLeaks.Join)
                    .OrderBy(leaks => leaks.FirstUnixNanoseconds),
            ],
            Leaks = [.. Leaks.Concat(other.Leaks).OrderBy(leak => leak.UnixNanoseconds)],
        };
    }
}
