// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>The three answers.</summary>
public enum Verdict
{
    /// <summary>No packet outside the policy leaves, whatever the unknowns do.</summary>
    Proved,

    /// <summary>Some packet outside the policy leaves, whatever the unknowns do.</summary>
    Leak,

    /// <summary>It depends on something that is not modelled, or a budget was used up.</summary>
    Inconclusive,
}

/// <summary>What must be so before a witness is sent.</summary>
public enum StateRecipe
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A connection with the same addresses and ports is opened before the rules are loaded.</summary>
    FlowBeforeLoad,

    /// <summary>A packet from outside comes first, and the kernel or a connection answers it.</summary>
    InboundFirst,

    /// <summary>The sender sets a mark (SO_MARK, which needs CAP_NET_RAW or CAP_NET_ADMIN).</summary>
    Mark,

    /// <summary>A raw socket sends it (CAP_NET_RAW).</summary>
    Raw,

    /// <summary>It is a fragment: of a raw socket, from the network, or of a datagram that exceeds the MTU.</summary>
    Fragment,
}

/// <summary>A packet that leaves although the policy does not list it.</summary>
/// <param name="Packet">The packet.</param>
/// <param name="Recipe">What must be so before it is sent.</param>
public sealed record Witness(Packet Packet, StateRecipe Recipe);

/// <summary>One reason why packets leave: the rules that let them, and which packets.</summary>
/// <param name="Rules">The rules and policies that accept them, in the order of the path.</param>
/// <param name="Region">All packets of this cause, in words.</param>
/// <param name="Witness">One of them.</param>
/// <param name="Trace">Each rule that the witness hits, and what it did.</param>
public sealed record LeakCause(
    ImmutableArray<string> Rules, string Region, Witness Witness, ImmutableArray<TraceEntry> Trace);

/// <summary>The answer for one path and one family.</summary>
/// <param name="Path">How the packets come to leave.</param>
/// <param name="Family">Their version.</param>
/// <param name="Verdict">The answer.</param>
public sealed record PathAnswer(PathKind Path, IpFamily Family, Verdict Verdict)
{
    /// <summary>Why it is inconclusive; empty otherwise.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The causes of the leak, or what would leak if the unknowns allow it.</summary>
    public ImmutableArray<LeakCause> Causes { get; init; } = [];

    /// <summary>The unknowns on which an inconclusive answer depends, in the rules' words.</summary>
    public ImmutableArray<string> Unknowns { get; init; } = [];

    /// <summary>The size of the decision diagram.</summary>
    public int Nodes { get; init; }

    /// <summary>The second opinion: null if none was asked for, else what z3 said, or why it could not.</summary>
    public string? SecondOpinion { get; init; }
}

/// <summary>The answer for frames that are no IP packet.</summary>
/// <param name="Verdict">The answer.</param>
/// <param name="Text">Which leave, or that none does.</param>
public sealed record FrameAnswer(Verdict Verdict, string Text);

/// <summary>The answer to "do these rules imply the policy?".</summary>
/// <param name="Verdict">A leak on any path is a leak; all paths proved is proved.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Paths">Output and forward, both families: these decide.</param>
public sealed record ProofResult(Verdict Verdict, string Reason, ImmutableArray<PathAnswer> Paths)
{
    /// <summary>Packet sockets, where a netdev egress chain answers for them. They do not decide the verdict.</summary>
    public ImmutableArray<PathAnswer> PacketSockets { get; init; } = [];

    /// <summary>Frames that are no IP packet, where a netdev egress chain answers for them; null: none does.</summary>
    public FrameAnswer? Frames { get; init; }

    /// <summary>What the answer takes for granted.</summary>
    public ImmutableArray<string> Assumptions { get; init; } = [];

    /// <summary>What no ruleset can answer and stands in the way.</summary>
    public ImmutableArray<string> Obstacles { get; init; } = [];

    /// <summary>What the answer holds for: versions, generation, hash.</summary>
    public ImmutableArray<string> Facts { get; init; } = [];

    /// <summary>The first cause of a leak; null unless there is one.</summary>
    public LeakCause? FirstLeak =>
        Paths.Where(path => path.Verdict == Verdict.Leak).SelectMany(path => path.Causes).FirstOrDefault();

    /// <summary>The path of <see cref="FirstLeak"/>.</summary>
    public PathAnswer? FirstLeakPath => Paths.FirstOrDefault(path => path.Verdict == Verdict.Leak);
}
