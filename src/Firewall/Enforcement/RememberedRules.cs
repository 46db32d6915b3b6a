// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>What is loaded at some moment, so that it can be brought back.</summary>
/// <param name="Script">The commands that bring it back in one transaction.</param>
/// <param name="WasOpen">Whether it is nothing.</param>
public sealed record RememberedRules(string Script, bool WasOpen);
