// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Capture;

/// <summary>What a capture can say about its own completeness.</summary>
public sealed record CaptureResult
{
    /// <summary>Frames handed over, since the capture was armed.</summary>
    public required long Delivered { get; init; }

    /// <summary>Frames that reached the capture since it was armed, dropped ones included; by the kernel.</summary>
    public required long Received { get; init; }

    /// <summary>Frames for which the buffer had no room; by the kernel.</summary>
    public required long KernelDropped { get; init; }

    /// <summary>Frames that the interface dropped; by the kernel.</summary>
    public required long InterfaceDropped { get; init; }

    /// <summary>Sentinels seen, that of the start included.</summary>
    public required int SentinelsSeen { get; init; }

    /// <summary>Frames delivered that the client sent.</summary>
    public required long Inbound { get; init; }

    /// <summary>Frames delivered that went out to the client: the sentinels. Others are not captured.</summary>
    public required long Outbound { get; init; }

    /// <summary>Whether the evidence file reached its limit, so that frames are missing there.</summary>
    public required bool IsEvidenceTruncated { get; init; }

    /// <summary>What kept the capture from being complete; null: nothing did.</summary>
    public required string? Problem { get; init; }

    /// <summary>Whether every frame was delivered: a sentinel closed the capture and nothing was lost.</summary>
    public bool IsComplete =>
        Problem is null && Delivered == Received && KernelDropped == 0 && InterfaceDropped == 0 && SentinelsSeen >= 2;
}
