// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>One chain of ours.</summary>
/// <param name="Name">Its name, which begins with <see cref="Prefix"/>.</param>
/// <param name="CalledFrom">
/// The built-in chain whose first rule jumps to it; null: only other chains of ours do.
/// </param>
/// <param name="Rules">The rules without their <c>-A NAME</c>, spelled as iptables-save lists them.</param>
public sealed record IptablesChain(string Name, string? CalledFrom, ImmutableArray<string> Rules)
{
    /// <summary>
    /// What the names of our chains begin with. iptables has one set of tables for everybody, so names tell whose a
    /// chain is.
    /// </summary>
    public const string Prefix = "VPNFW-";
}
