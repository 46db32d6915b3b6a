// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Capture;

/// <summary>An Ethernet frame as it was seen at a capture point.</summary>
/// <param name="UnixNanoseconds">When, by the kernel's clock (CLOCK_REALTIME): nanoseconds since 1970. The same clock
/// as <see cref="TimeProvider.System"/>, so that frames and faults can be compared.</param>
/// <param name="Bytes">What was captured, from the destination address on; may be cut at the capture's length.</param>
/// <param name="OriginalLength">Its length on the wire, in bytes.</param>
/// <param name="IsOutbound">Whether it went out to the client (a sentinel), so that it is not the client's.</param>
public readonly record struct CapturedFrame(
    long UnixNanoseconds, ReadOnlyMemory<byte> Bytes, int OriginalLength, bool IsOutbound = false);
