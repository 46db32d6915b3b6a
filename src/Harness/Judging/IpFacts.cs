// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Judging;

/// <summary>An IPv4 header (RFC 791), or an IPv6 header (RFC 8200) with at most a fragment header behind it.</summary>
/// <param name="Version">4 or 6.</param>
/// <param name="Source">The source address.</param>
/// <param name="Destination">The destination address.</param>
/// <param name="Protocol">The protocol of the content; for other IPv6 extension headers, the header's number.</param>
/// <param name="HopLimit">Time to live, or hop limit.</param>
/// <param name="HasOptions">Whether it has IPv4 options, or IPv6 extension headers other than one fragment
/// header.</param>
/// <param name="Fragment">Which part of a packet this is; null: all of it.</param>
public sealed record IpFacts(
    byte Version,
    IPAddress Source,
    IPAddress Destination,
    byte Protocol,
    byte HopLimit,
    bool HasOptions,
    FragmentFacts? Fragment)
{
    /// <summary>Whether the destination is a group or everybody.</summary>
    public bool IsMulticast => Version == 4
        ? Destination.GetAddressBytes()[0] is >= 224 and <= 239 || Destination.Equals(IPAddress.Broadcast)
        : Destination.IsIPv6Multicast;
}
