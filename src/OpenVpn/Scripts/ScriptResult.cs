// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>A script, or what is wrong with it.</summary>
/// <param name="Script">Null when there are problems.</param>
/// <param name="Problems">In the order of the lines.</param>
public sealed record ScriptResult(FaultScript? Script, IReadOnlyList<ScriptProblem> Problems);
