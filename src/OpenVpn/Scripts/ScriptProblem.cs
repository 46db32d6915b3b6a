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
