// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging;

/// <summary>An ICMP or ICMPv6 message.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Code">Its code.</param>
/// <param name="Discovery">What it says when it is neighbour discovery; else null.</param>
public sealed record IcmpFacts(byte Type, byte Code, DiscoveryFacts? Discovery)
{
    /// <summary>Router solicitation.</summary>
    public const byte RouterSolicitation = 133;

    /// <summary>Router advertisement.</summary>
    public const byte RouterAdvertisement = 134;

    /// <summary>Neighbour solicitation.</summary>
    public const byte NeighbourSolicitation = 135;

    /// <summary>Neighbour advertisement.</summary>
    public const byte NeighbourAdvertisement = 136;

    /// <summary>Redirect.</summary>
    public const byte Redirect = 137;

    /// <summary>Router solicitation to redirect (RFC 4861, section 4).</summary>
    public static bool IsDiscovery(byte type) => type is >= RouterSolicitation and <= Redirect;
}
