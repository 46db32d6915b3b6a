// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>A rule has words that this assembly does not know. libnftables knows all of them.</summary>
internal sealed class UnknownWordException(string word) : Exception($"'{word}' is for libnftables");
