// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>What a segment turned out to be.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Class">
/// The worst class of the packets that its bytes belong to; without bytes that of its connection:
/// <see cref="PacketClass.Control"/> if the tunnel's packets came on it, otherwise <see cref="PacketClass.Unproven"/>.
/// </param>
/// <param name="IsRetransmission">Whether its bytes had all been sent before, and were the same.</param>
/// <param name="Reason">For a person to read.</param>
public sealed record SegmentVerdict(StreamSegment Segment, PacketClass Class, bool IsRetransmission, string Reason);
