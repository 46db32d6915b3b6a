// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Harness.Running;

/// <summary>What was seen in one run of a scenario, with or without the firewall.</summary>
public sealed record RunEvidence
{
    /// <summary>Why the run says nothing; null when every condition of a verdict holds.</summary>
    public required string? Problem { get; init; }

    /// <summary>What the judge saw; null when it came to no judging.</summary>
    public Judgement? Judgement { get; init; }

    /// <summary>What the capture says of its own completeness; null when it came to none.</summary>
    public CaptureResult? Capture { get; init; }

    /// <summary>Whether an independent counter saw the same frames; null when it came to no comparing.</summary>
    public Reconciliation? Reconciliation { get; init; }

    /// <summary>
    /// The flows that were answered before the fault, each with the source that the server saw: the tunnel carried them.
    /// </summary>
    public ImmutableArray<ProbeReadiness> Canaries { get; init; } = [];

    /// <summary>
    /// Address families (<c>-v4</c>, <c>-v6</c>) that the firewall keeps out of the tunnel too: nothing is shown of flows
    /// opened inside it, since there are none.
    /// </summary>
    public ImmutableArray<string> RefusedFamilies { get; init; } = [];

    /// <summary>What the run leaves untested although every condition of a verdict holds, in words; null: nothing.</summary>
    public string? Remark => RefusedFamilies.IsEmpty
        ? null
        : $"the firewall keeps IP{string.Join(" and IP", RefusedFamilies.Select(family => family[1..]))} out of the tunnel too"
            + (IsIPv6Disabled ? ", since it disables it on the client" : "");

    /// <summary>Whether the client's kernel had no IPv6 for the tunnel's interface.</summary>
    public bool IsIPv6Disabled { get; init; }

    /// <summary>Frames that the judge was given.</summary>
    public long Captured => Capture?.Delivered ?? 0;

    /// <summary>Frames that were lost on the way to the judge, by libpcap's own count.</summary>
    public long Dropped => (Capture?.KernelDropped ?? 0) + (Capture?.InterfaceDropped ?? 0);

    /// <summary>What each probe did.</summary>
    public ImmutableArray<ProbeOutcome> Probes { get; init; } = [];

    /// <summary>When the fault struck: nanoseconds since 1970; 0 when it did not.</summary>
    public long FaultUnixNanoseconds { get; init; }

    /// <summary>What became of numbered requests through the tunnel, where the scenario makes some.</summary>
    public TunnelPingResult? TunnelPing { get; init; }

    /// <summary>
    /// What was sent to the VPN server's endpoint, authenticated with its keys: how many packets of each class; null where
    /// the tunnel cannot tell.
    /// </summary>
    public ImmutableDictionary<PacketClass, long>? TransportPackets { get; init; }

    /// <summary>What the server did of what it was asked to break; null where the tunnel's server takes no orders.</summary>
    public ServerActions? ServerActions { get; init; }

    /// <summary>The prover's answer on the rules that were in force at the end; null: they were not the firewall's, or it was not asked.</summary>
    public ProofResult? RulesAtEnd { get; init; }

    /// <summary>How long the run took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How long making the lab took.</summary>
    public TimeSpan LabSetUp { get; init; }

    /// <summary>The capture on disk; null when none is kept.</summary>
    public string? CaptureFile { get; init; }

    /// <summary>Frames outside the policy.</summary>
    public long LeakedFrames => Judgement?.LeakedFrames ?? 0;

    /// <summary>A run that came to nothing.</summary>
    public static RunEvidence Failed(string problem, TimeSpan duration)
    {
        return new RunEvidence { Problem = problem, Duration = duration };
    }
}

/// <summary>What a probe did in a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="User">Its user.</param>
/// <param name="Counters">What it sent and got.</param>
/// <param name="LeakedFrames">Its frames outside the policy.</param>
public sealed record ProbeOutcome(string Name, string User, ProbeCounters Counters, long LeakedFrames);
