// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.Harness.Judging;

/// <summary>Counts leaks by probe, and keeps the first in detail: of each probe at least one.</summary>
internal sealed class LeakTally(int detailed)
{
    private readonly Dictionary<string, Entry> _byProbe = [];
    private readonly List<Leak> _details = [];

    public long Frames { get; private set; }

    /// <summary>Counts a leak.</summary>
    /// <returns>Whether there is room for its details.</returns>
    public bool Add(long unixNanoseconds, ProbeDescription? probe, LeakClass leakClass)
    {
        Frames++;
        var name = probe?.Name ?? "";
        if (!_byProbe.TryGetValue(name, out var entry))
        {
            entry = new Entry(probe, unixNanoseconds);
            _byProbe.Add(name, entry);
        }

        entry.Frames++;
        entry.First = Math.Min(entry.First, unixNanoseconds);
        entry.Last = Math.Max(entry.Last, unixNanoseconds);
        entry.Classes.Add(leakClass);

        // Leaks that are found when the run is over must not lose their reason to those found before.
        return _details.Count < detailed || entry.Frames == 1;
    }

    public void AddDetail(Leak leak)
    {
        _details.Add(leak);
    }

    public ImmutableArray<Leak> Details() => [.. _details.OrderBy(leak => leak.UnixNanoseconds)];

    public ImmutableArray<ProbeLeaks> ByProbe()
    {
        return
        [
            .. _byProbe.Values
                .OrderBy(entry => entry.First)
                .Select(entry => new ProbeLeaks(
                    entry.Probe?.Name, entry.Probe?.User, entry.Frames, entry.First, entry.Last, [.. entry.Classes])),
        ];
    }

    private sealed class Entry(ProbeDescription? probe, long first)
    {
        public ProbeDescription? Probe => probe;

        public HashSet<LeakClass> Classes { get; } = new(ReferenceEqualityComparer.Instance);

        public long Frames { get; set; }

        public long First { get; set; } = first;

        public long Last { get; set; } = first;
    }
}
