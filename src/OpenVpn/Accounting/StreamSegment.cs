// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>A captured TCP segment that was sent to a server's endpoint.</summary>
/// <param name="Source">The sender's address and port.</param>
/// <param name="Sequence">The sequence number of its first byte, or of its SYN.</param>
/// <param name="IsSyn">Whether it opens a connection.</param>
/// <param name="Payload">Its bytes; may be empty.</param>
public sealed record StreamSegment(IPEndPoint Source, uint Sequence, bool IsSyn, ReadOnlyMemory<byte> Payload);
