// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>A host's name and the addresses that stand for it from now on.</summary>
/// <param name="Name">The name, in small letters.</param>
/// <param name="Addresses">Its addresses, of both families.</param>
/// <param name="IsFresh">Whether they were looked up just now, and are not written down yet.</param>
public sealed record PinnedHost(string Name, ImmutableArray<IPAddress> Addresses, bool IsFresh)
{
    /// <summary>The line of the file: the name and its addresses.</summary>
    public override string ToString() => $"{Name} {string.Join(' ', Addresses)}";
}
