// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Capture;

/// <summary>Whether a capture and an independent counter agree.</summary>
/// <param name="Captured">Frames of the client that the capture delivered while both counted.</param>
/// <param name="Counted">Frames that the counter saw meanwhile.</param>
/// <param name="Counts">The counter's own figures, since it was loaded.</param>
/// <param name="Problem">In what they differ; null: they agree.</param>
public sealed record Reconciliation(long Captured, long Counted, FrameCounts Counts, string? Problem);
