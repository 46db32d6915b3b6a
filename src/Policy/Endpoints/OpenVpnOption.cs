// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>One option of an OpenVPN configuration.</summary>
/// <param name="Name">Its name, without dashes.</param>
/// <param name="Parameters">What follows the name.</param>
/// <param name="Inline">The text between <c>&lt;name&gt;</c> and <c>&lt;/name&gt;</c>; null: an ordinary line.</param>
/// <param name="File">The file's path.</param>
/// <param name="Line">The line, from 1; of a block, the line of its opening tag.</param>
internal sealed record OpenVpnOption(string Name, IReadOnlyList<string> Parameters, string? Inline, string File, int Line)
{
    /// <summary>A parameter, or null where there are not so many.</summary>
    public string? this[int index] => index < Parameters.Count ? Parameters[index] : null;

    public ConfigurationProblem Problem(string what, string mend) => new(File, Line, what, mend);
}
