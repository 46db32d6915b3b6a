// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>A mistake in a script.</summary>
/// <param name="Line">From 1.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Mend">What may stand there.</param>
public sealed record ScriptProblem(int Line, string What, string Mend)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"line {Line}: {What}; {Mend}");
}

/// <summary>A script, or what is wrong with it.</summary>
/// <param name="Script">Null when there are problems.</param>
/// <param name="Problems">In the order of the lines.</param>
public sealed record ScriptResult(FaultScript? Script, IReadOnlyList<ScriptProblem> Problems);
