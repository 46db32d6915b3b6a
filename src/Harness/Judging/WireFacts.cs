// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Capture;

namespace LeakVerifier.Harness.Judging;

/// <summary>What is known about the client's physical link and its tunnel. What is not known is empty or null, and is
/// then not asked for.</summary>
public sealed record WireFacts
{
    /// <summary>The client's name for the link, to which the policy's local networks may be bound.</summary>
    public required string Interface { get; init; }

    /// <summary>Prefixes that the client may resolve on the link.</summary>
    public ImmutableArray<IPNetwork> OnLink { get; init; } = [];

    /// <summary>The client's addresses on the link; a family of which none is listed is not checked.</summary>
    public ImmutableArray<IPAddress> OwnAddresses { get; init; } = [];

    /// <summary>The only source that an accepted frame may have.</summary>
    public MacAddress? ClientMac { get; init; }

    /// <summary>The client's addresses inside the tunnel, which nothing on the link may name.</summary>
    public ImmutableArray<IPAddress> TunnelAddresses { get; init; } = [];

    /// <summary>Whether the client may resolve the address on the link.</summary>
    public bool IsOnLink(IPAddress address)
    {
        if (IsTunnel(address))
        {
            return false;
        }

        var family = address.AddressFamily;
        return address.IsIPv6LinkLocal
            || OnLink.All(network => network.BaseAddress.AddressFamily != family)
            || OnLink.Any(network => network.BaseAddress.AddressFamily == family && network.Contains(address));
    }

    /// <summary>Whether the client may send from the address.</summary>
    public bool IsOwn(IPAddress address)
    {
        return !IsTunnel(address)
            && !IsUnspecified(address)
            && (OwnAddresses.Contains(address)
                || OwnAddresses.All(own => own.AddressFamily != address.AddressFamily));
    }

    /// <summary>Whether the address is one inside the tunnel.</summary>
    public bool IsTunnel(IPAddress address) => TunnelAddresses.Contains(address);

    /// <summary>Whether it is 0.0.0.0 or ::, "this host on this network" (RFC 1122, section 3.2.1.3).</summary>
    internal static bool IsUnspecified(IPAddress address)
    {
        return address.Equals(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any);
    }
}
