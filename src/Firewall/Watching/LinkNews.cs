// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Watching;

/// <summary>What is there that was not known before.</summary>
/// <param name="Interfaces">Names of interfaces.</param>
/// <param name="Addresses">Addresses, each with its interface: one may move to the tunnel.</param>
public sealed record LinkNews(ImmutableArray<string> Interfaces, ImmutableArray<LinkAddress> Addresses)
{
    /// <summary>Nothing.</summary>
    public static LinkNews None { get; } = new([], []);

    /// <summary>Whether there is nothing new.</summary>
    public bool IsEmpty => Interfaces.IsEmpty && Addresses.IsEmpty;
}
