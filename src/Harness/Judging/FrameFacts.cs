// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;

namespace LeakVerifier.Harness.Judging;

/// <summary>
/// What a frame says about itself. Facts that are missing are null; a frame that cannot be read to its transport
/// header says why in <see cref="Defect"/>, and then no rule that needs more than is there may accept it.
/// </summary>
public readonly record struct FrameFacts
{
    /// <summary>When it was seen: nanoseconds since 1970 by CLOCK_REALTIME.</summary>
    public required long UnixNanoseconds { get; init; }

    /// <summary>Its length on the wire, in bytes, without the check sequence.</summary>
    public required int Length { get; init; }

    /// <summary>Where it goes on the link.</summary>
    public MacAddress Destination { get; init; }

    /// <summary>Where it comes from on the link.</summary>
    public MacAddress Source { get; init; }

    /// <summary>The type of its content, behind all VLAN tags.</summary>
    public ushort EtherType { get; init; }

    /// <summary>How many VLAN tags it carries.</summary>
    public int VlanTags { get; init; }

    /// <summary>What is wrong or missing; null: it was read to the end of its headers.</summary>
    public string? Defect { get; init; }

    /// <summary>The IP header; null: not IP.</summary>
    public IpFacts? Ip { get; init; }

    /// <summary>The ARP packet; null: not ARP.</summary>
    public ArpFacts? Arp { get; init; }

    /// <summary>The source port of TCP and UDP; null: none, or not in this frame.</summary>
    public ushort? SourcePort { get; init; }

    /// <summary>The destination port of TCP and UDP; null: none, or not in this frame.</summary>
    public ushort? DestinationPort { get; init; }

    /// <summary>The flags of TCP (RFC 9293, section 3.1), FIN lowest.</summary>
    public byte? TcpFlags { get; init; }

    /// <summary>The sequence number of TCP: of the first byte, or of the SYN.</summary>
    public uint? TcpSequence { get; init; }

    /// <summary>The message of ICMP or ICMPv6.</summary>
    public IcmpFacts? Icmp { get; init; }

    /// <summary>
    /// What the transport header carries, as far as it was captured: for UDP the datagram, for TCP the segment. Part of
    /// the captured frame, not a copy.
    /// </summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Whether bytes of the packet are missing at its end, because the capture cut it off.</summary>
    public bool IsCut { get; init; }

    /// <summary>The first probe's nonce found anywhere in the frame.</summary>
    public string? Nonce { get; init; }

    /// <summary>Whether anything but zeros, or more than padding to the minimum length, follows the packet.</summary>
    public bool HasTrailer { get; init; }
}
