// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>What a packet is and why.</summary>
/// <param name="Class">What it is.</param>
/// <param name="Session">The client's session that it belongs to, or that it pretends to.</param>
/// <param name="Reason">For a person to read.</param>
public readonly record struct PacketVerdict(PacketClass Class, SessionId? Session, string Reason);
