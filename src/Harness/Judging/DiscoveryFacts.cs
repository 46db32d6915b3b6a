// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Judging;

/// <summary>What a message of neighbour discovery names.</summary>
/// <param name="Target">The target of a solicitation or an advertisement; null: the message has none.</param>
/// <param name="HasForeignOption">Whether an option is there that names anything but the sender's own link address, or,
/// in a duplicate address detection, its nonce (RFC 7527); also when options are cut or malformed.</param>
public sealed record DiscoveryFacts(IPAddress? Target, bool HasForeignOption);
