// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Capture;

/// <summary>Frames that entered an interface, as netfilter counted them.</summary>
/// <param name="All">All of them.</param>
/// <param name="IPv4">Those with EtherType 0x0800.</param>
/// <param name="IPv6">Those with EtherType 0x86dd.</param>
/// <param name="Arp">Those with EtherType 0x0806.</param>
public sealed record FrameCounts(long All, long IPv4, long IPv6, long Arp)
{
    /// <summary>Those of any other EtherType.</summary>
    public long Other => All - IPv4 - IPv6 - Arp;
}
