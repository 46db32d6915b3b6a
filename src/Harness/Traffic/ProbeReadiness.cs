// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Traffic;

/// <summary>Whether a probe is open and, where it needs an answer, was answered.</summary>
/// <param name="Probe">The probe's name.</param>
/// <param name="SeenAs">The source address and port that the server saw: the proof that the probe's way worked, and
/// which it was. Null for a probe that needs no answer before it starts, and for one that is not ready.</param>
/// <param name="Problem">Why it is not ready; null when it is.</param>
public sealed record ProbeReadiness(string Probe, IPEndPoint? SeenAs, string? Problem)
{
    /// <summary>True when the probe can be started.</summary>
    public bool IsReady => Problem is null;
}
