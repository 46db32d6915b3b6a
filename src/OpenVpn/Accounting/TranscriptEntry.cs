// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>A packet of the control channel that the server took.</summary>
/// <param name="KeyId">Whose handshake.</param>
/// <param name="PacketId">Its place in it.</param>
/// <param name="Digest">The first half of the payload's SHA-256.</param>
public readonly record struct TranscriptEntry(int KeyId, uint PacketId, UInt128 Digest);
