// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Linux.Netlink;

namespace LeakVerifier.Harness.Capture;

/// <summary>
/// A second witness to a capture: counters of netfilter's ingress hook on the same interface. The hook follows the
/// place where captures are taken (net/core/dev.c, __netif_receive_skb_core), and has no ring that could overflow. They go
/// with the namespace.
/// </summary>
public sealed class FrameCounter
{
    /// <summary>Between two comparisons while frames are still coming.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly NamespaceThread _thread;
    private readonly PacketCapture _capture;
    private readonly TimeProvider _time;
    private readonly TimeSpan _deadline;
    private readonly string _table;
    private long _capturedBefore;

    private FrameCounter(NamespaceThread thread, PacketCapture capture, TimeProvider time, TimeSpan deadline)
    {
        _thread = thread;
        _capture = capture;
        _time = time;
        _deadline = deadline;
        _table = "leakverifier_" + RandomNumberGenerator.GetHexString(8, lowercase: true);
    }

    /// <summary>Loads counters beside an armed capture.</summary>
    /// <param name="thread">A thread, of root, in the namespace of the captured interface.</param>
    /// <param name="capture">The capture.</param>
    /// <param name="time">Measures the deadline.</param>
    /// <param name="deadline">How long loading or comparing may take.</param>
    /// <exception cref="CaptureException">nftables failed, or the link is never quiet.</exception>
    public static async Task<FrameCounter> AttachAsync(
        NamespaceThread thread, PacketCapture capture, TimeProvider time, TimeSpan deadline)
    {
        var counter = new FrameCounter(thread, capture, time, deadline);
        await counter.LoadAsync();

        // What the capture saw before the counters were there is what it has more than they at any one moment.
        var common = await counter.CompareAsync(static (captured, counts) => captured.After == captured.Before);
        counter._capturedBefore = common.Captured - common.Counts.All;
        return common.IsFound
            ? counter
            : throw new CaptureException($"counters on {capture.Interface}: {common.Problem ?? "never quiet"}");
    }

    /// <summary>
    /// Compares with the capture, which must still be running. Call it when the senders are quiet; it waits for
    /// stragglers until the deadline.
    /// </summary>
    /// <exception cref="CaptureException">nftables failed.</exception>
    public async Task<Reconciliation> ReconcileAsync()
    {
        var common = await CompareAsync((captured, counts) =>
            captured.Before <= counts.All + _capturedBefore && counts.All + _capturedBefore <= captured.After);
        var counted = common.Counts.All;
        if (common.IsFound)
        {
            return new Reconciliation(counted, counted, common.Counts, null);
        }

        var captured = common.Captured - _capturedBefore;
        return new Reconciliation(captured, counted, common.Counts,
            common.Problem ?? $"the capture saw {captured} frames of the client, netfilter counted {counted}");
    }

    /// <summary>Reads the counter between two moments at which the capture is up to date.</summary>
    private async Task<Comparison> CompareAsync(Func<(long Before, long After), FrameCounts, bool> isCommon)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            var problem = await _capture.FlushAsync();
            var before = _capture.Inbound;
            var counts = await ReadAsync();
            problem ??= await _capture.FlushAsync();
            var after = _capture.Inbound;
            var isFound = problem is null && isCommon((before, after), counts);
            if (isFound || problem is not null || _time.GetElapsedTime(began) > _deadline)
            {
                return new Comparison(after, counts, isFound, problem);
            }

            await Task.Delay(Pause, _time);
        }
    }

    private async Task LoadAsync()
    {
        try
        {
            await _thread.RunAsync(() => IngressCounters.Load(_table, _capture.Interface));
        }
        catch (SystemCallException exception)
        {
            throw new CaptureException($"counters on {_capture.Interface}: {exception.Message}", exception);
        }
    }

    private async Task<FrameCounts> ReadAsync()
    {
        try
        {
            return await _thread.RunAsync(() => IngressCounters.Read(_table));
        }
        catch (SystemCallException exception)
        {
            throw new CaptureException($"counters on {_capture.Interface}: {exception.Message}", exception);
        }
    }

    private sealed record Comparison(long Captured, FrameCounts Counts, bool IsFound, string? Problem);
}
