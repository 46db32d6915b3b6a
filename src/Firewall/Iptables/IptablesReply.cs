// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Iptables;

/// <summary>What a program of iptables answered.</summary>
/// <param name="IsDone">Whether it did what it was told.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">Why not, in its words; empty when done.</param>
public sealed record IptablesReply(bool IsDone, string Output, string Error);
