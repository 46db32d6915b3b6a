// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Nftables;

/// <summary>libnftables is not installed or cannot be opened. The message says which package mends it.</summary>
public sealed class NftablesMissingException(string message, Exception? inner = null) : Exception(message, inner);
