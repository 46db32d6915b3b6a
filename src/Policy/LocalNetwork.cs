// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Policy;

/// <summary>A network that may be reached in the clear.</summary>
/// <param name="Network">The prefix.</param>
/// <param name="Interface">The only interface on which it may be reached; null: any.</param>
public sealed record LocalNetwork(IPNetwork Network, string? Interface)
{
    /// <summary>The configuration's spelling: <c>192.168.1.0/24</c> or <c>192.168.1.0/24@eth0</c>.</summary>
    public override string ToString() => Interface is null ? Network.ToString() : $"{Network}@{Interface}";
}
