// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Commands;

/// <summary>The options of <c>verify</c>.</summary>
/// <param name="Firewall"><c>builtin</c>, <c>none</c> or a folder.</param>
/// <param name="Lab">What hosts are made of: <c>netns</c> or <c>docker</c>.</param>
/// <param name="Patterns">Which scenarios; empty: all.</param>
/// <param name="Repeat">How often each, from 1.</param>
/// <param name="Json">Where the JSON report goes; <c>-</c>: standard output; null: nowhere.</param>
/// <param name="JUnit">Where the JUnit report goes; null: nowhere.</param>
/// <param name="Out">Where evidence goes; null: nowhere.</param>
internal sealed record VerifyOptions(
    string Firewall, string Lab, IReadOnlyList<string> Patterns, int Repeat, string? Json, string? JUnit, string? Out);
