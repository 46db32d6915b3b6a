// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging;

/// <summary>A frame that is not on the list.</summary>
/// <param name="UnixNanoseconds">When it was seen: nanoseconds since 1970.</param>
/// <param name="Interface">The client's link on which it was seen.</param>
/// <param name="Summary">The frame in one line.</param>
/// <param name="Class">What kind of leak it is.</param>
/// <param name="Probe">The name of the probe that sent it; null: it could not be attributed.</param>
/// <param name="User">The user of that probe.</param>
/// <param name="Why">What speaks against it, when it resembles a frame that is on the list.</param>
public sealed record Leak(
    long UnixNanoseconds, string Interface, string Summary, LeakClass Class, string? Probe, string? User, string? Why);
