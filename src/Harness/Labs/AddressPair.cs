// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Labs;

/// <summary>A host's IPv4 and IPv6 address.</summary>
/// <param name="IPv4">The IPv4 address.</param>
/// <param name="IPv6">The IPv6 address.</param>
public sealed record AddressPair(IPAddress IPv4, IPAddress IPv6)
{
    internal AddressPair(string ipv4, string ipv6)
        : this(IPAddress.Parse(ipv4), IPAddress.Parse(ipv6))
    {
    }

    /// <summary>Both.</summary>
    public IReadOnlyList<IPAddress> Both => [IPv4, IPv6];
}
