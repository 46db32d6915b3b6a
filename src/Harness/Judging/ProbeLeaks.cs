// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Harness.Judging;

/// <summary>What one probe leaked.</summary>
/// <param name="Probe">Its name; null: the leaks that could not be attributed.</param>
/// <param name="User">Its user.</param>
/// <param name="Frames">How many frames; exact.</param>
/// <param name="FirstUnixNanoseconds">When the first was seen: nanoseconds since 1970.</param>
/// <param name="LastUnixNanoseconds">When the last was seen.</param>
/// <param name="Classes">The kinds of its leaks.</param>
public sealed record ProbeLeaks(
    string? Probe,
    string? User,
    long Frames,
    long FirstUnixNanoseconds,
    long LastUnixNanoseconds,
    ImmutableArray<LeakClass> Classes)
{
    /// <summary>What the same probe leaked in several places.</summary>
    internal static ProbeLeaks Join(IEnumerable<ProbeLeaks> places)
    {
        return places.Aggregate((one, other) => one with
        {
            Frames = one.Frames + other.Frames,
            FirstUnixNanoseconds = Math.Min(one.FirstUnixNanoseconds, other.FirstUnixNanoseconds),
            LastUnixNanoseconds = Math.Max(one.LastUnixNanoseconds, other.LastUnixNanoseconds),
            Classes = [.. one.Classes.Union(other.Classes)],
        });
    }
}
