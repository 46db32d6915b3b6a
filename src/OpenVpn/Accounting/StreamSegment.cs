// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>A captured TCP segment that was sent to a server's endpoint.</summary>
/// <param name="Source">The sender's address and port.</param>
/// <param name="Sequence">The sequence number of its first byte, or of its SYN.</param>
/// <param name="IsSyn">Whether it opens a connection.</param>
/// <param name="Payload">Its bytes; may be empty.</param>
public sealed record StreamSegment(IPEndPoint Source, uint Sequence, bool IsSyn, ReadOnlyMemory<byte> Payload);

/// <summary>What a segment turned out to be.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Class">
/// The worst class of the packets that its bytes belong to; without bytes that of its connection:
/// <see cref="PacketClass.Control"/> if the tunnel's packets came on it, otherwise <see cref="PacketClass.Unproven"/>.
/// </param>
/// <param name="IsRetransmission">Whether its bytes had all been sent before, and were the same.</param>
/// <param name="Reason">For a person to read.</param>
public sealed record SegmentVerdict(StreamSegment Segment, PacketClass Class, bool IsRetransmission, string Reason);
