// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Labs;

namespace LeakVerifier.Harness.Running;

/// <summary>A capture with its second witness, at the far end of one link of a run.</summary>
internal sealed class LabCapture : IAsyncDisposable
{
    private static readonly TimeSpan CounterDeadline = TimeSpan.FromSeconds(20);

    private readonly PacketCapture _capture;
    private readonly FrameCounter _counter;

    private LabCapture(PacketCapture capture, FrameCounter counter)
    {
        _capture = capture;
        _counter = counter;
    }

    /// <summary>Opens both; what is sent from then on is seen.</summary>
    /// <param name="host">The host at the link's far end.</param>
    /// <param name="options">What to capture there.</param>
    /// <param name="onFrame">Receives every frame.</param>
    /// <exception cref="CaptureException">They cannot be opened.</exception>
    public static async Task<LabCapture> StartAsync(LabHost host, CaptureOptions options, Action<CapturedFrame> onFrame)
    {
        var capture = await PacketCapture.StartAsync(host.Root, options, onFrame, TimeProvider.System);
        try
        {
            var counter = await FrameCounter.AttachAsync(host.Root, capture, TimeProvider.System, CounterDeadline);
            return new LabCapture(capture, counter);
        }
        catch
        {
            await capture.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes both. Call it when the senders are quiet.</summary>
    public async Task<CaptureEnd> CloseAsync()
    {
        var reconciliation = await _counter.ReconcileAsync();
        return new CaptureEnd(await _capture.StopAsync(), reconciliation);
    }

    public ValueTask DisposeAsync() => _capture.DisposeAsync();
}

/// <summary>What a capture and its witness say in the end.</summary>
internal sealed record CaptureEnd(CaptureResult Result, Reconciliation Reconciliation)
{
    /// <summary>Why the capture does not hold every frame; null: it does.</summary>
    public string? Problem => Result.Problem
        ?? (Result.IsComplete ? null : $"the capture is incomplete: {Result.Received} frames received, {Result.Delivered} delivered, {Result.KernelDropped + Result.InterfaceDropped} dropped")
        ?? Reconciliation.Problem;
}
