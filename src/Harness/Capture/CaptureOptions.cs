// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Capture;

/// <summary>How to capture.</summary>
public sealed record CaptureOptions
{
    /// <summary>The kernel's buffer for scenarios with ordinary traffic, in bytes.</summary>
    public const int NormalBuffer = 2 << 20;

    /// <summary>The kernel's buffer under a blast of packets, in bytes.</summary>
    public const int BlastBuffer = 32 << 20;

    /// <summary>The interface, by its name in the namespace where the capture runs.</summary>
    public required string Interface { get; init; }

    /// <summary>The kernel's buffer, in bytes.</summary>
    public int BufferSize { get; init; } = NormalBuffer;

    /// <summary>
    /// Bytes kept of each frame. The default holds every frame of an Ethernet link, and keeps the slots of the kernel's
    /// ring small: two to a page. With libpcap's default of 262,144 bytes a buffer holds sixty times fewer frames.
    /// </summary>
    public int SnapLength { get; init; } = 1800;

    /// <summary>Where to keep the frames as evidence, as a pcap file; null: nowhere.</summary>
    public string? EvidencePath { get; init; }

    /// <summary>The evidence's greatest size, in bytes. Frames beyond are judged, but not kept.</summary>
    public long EvidenceLimit { get; init; } = 32 << 20;

    /// <summary>How long to wait for a sentinel, and for frames that are still in the buffer.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(20);
}
