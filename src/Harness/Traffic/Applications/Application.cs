// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic.Applications;

/// <summary>A program that people use, which does the same thing again and again.</summary>
/// <param name="Description">Who sends what where.</param>
/// <param name="Script">
/// What sh(1) runs: a loop that prints <see cref="Try"/> before each attempt and <see cref="Done"/> once it has worked.
/// </param>
/// <param name="MustWork">Whether it works while the tunnel is up; one that goes beside the tunnel must not.</param>
public sealed record Application(ProbeDescription Description, string Script, bool MustWork)
{
    /// <summary>The line before an attempt.</summary>
    public const string Try = "try";

    /// <summary>The line after an attempt that worked.</summary>
    public const string Done = "done";

    /// <summary>The command line that runs it as its user (setpriv(1)).</summary>
    public IReadOnlyList<string> Command =>
    [
        "setpriv", "--reuid", Description.User, "--regid", ApplicationCatalogue.GroupOf(Description.User), "--clear-groups",
        "sh", "-c", Script,
    ];
}
