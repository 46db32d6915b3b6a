// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Judging;

/// <summary>An ICMP or ICMPv6 message.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Code">Its code.</param>
/// <param name="Discovery">What it says when it is neighbour discovery; else null.</param>
public sealed record IcmpFacts(byte Type, byte Code, DiscoveryFacts? Discovery)
{
    /// <summary>Router solicitation to redirect (RFC 4861, section 4).</summary>
    public static bool IsDiscovery(byte type) => type is >= RouterSolicitation and <= Redirect;

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
}

/// <summary>What a message of neighbour discovery names.</summary>
/// <param name="Target">The target of a solicitation or an advertisement; null: the message has none.</param>
/// <param name="HasForeignOption">Whether an option is there that names anything but the sender's own link address, or,
/// in a duplicate address detection, its nonce (RFC 7527); also when options are cut or malformed.</param>
public sealed record DiscoveryFacts(IPAddress? Target, bool HasForeignOption);
