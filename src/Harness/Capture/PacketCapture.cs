// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Capture;

/// <summary>
/// A capture at the far end of a client's link that knows whether it is complete: it is armed and closed by sentinels
/// seen on the wire, and its counts are held against the kernel's.
/// </summary>
/// <remarks>Every frame is handed over as it comes, on a thread of the capture's own; nothing is kept but the optional
/// evidence file. The sentinels reach the client, whose kernel ignores their EtherType.</remarks>
public sealed class PacketCapture : IAsyncDisposable
{
    /// <summary>When a sentinel was not seen by then it is sent again: the link may have had no carrier.</summary>
    private static readonly TimeSpan SentinelInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Sentinels before the one that arms. For as many frames as its ring had when the filter was set, and one more, libpcap
    /// applies the filter itself, and drops what comes in, for there it cannot tell directions (pcap-linux.c,
    /// blocks_to_filter_in_userland). It counts a frame too many now and then; of sentinels none is lost.
    /// </summary>
    private const int WarmUps = 4;

    private readonly CaptureOptions _options;
    private readonly LinkSocket _socket;
    private readonly CaptureLoop _loop;
    private readonly MacAddress _address;
    private readonly TimeProvider _time;
    private CaptureResult? _result;

    private PacketCapture(CaptureOptions options, CaptureDevice device, LinkSocket socket, EvidenceFile? evidence,
        Action<CapturedFrame> onFrame, TimeProvider time)
    {
        _options = options;
        _socket = socket;
        _address = device.Address;
        _time = time;
        _loop = new CaptureLoop(device, evidence, options, onFrame, time);
    }

    /// <summary>The captured interface.</summary>
    public string Interface => _options.Interface;

    /// <summary>Frames of the client delivered since the capture was armed.</summary>
    public long Inbound => _loop.Inbound;

    /// <summary>Opens a capture and returns when it is armed: what is sent from then on is seen, or its loss is.
    /// </summary>
    /// <param name="thread">A thread, of root, in the namespace of the interface.</param>
    /// <param name="options">What to capture, and how.</param>
    /// <param name="onFrame">Receives every frame of the client, in the order of the wire, and the sentinels. Must not
    /// block: while it runs, frames pile up in the kernel's buffer.</param>
    /// <param name="time">Measures the deadlines.</param>
    /// <exception cref="CaptureException">It could not be opened or armed.</exception>
    public static async Task<PacketCapture> StartAsync(
        NamespaceThread thread, CaptureOptions options, Action<CapturedFrame> onFrame, TimeProvider time)
    {
        var capture = await thread.RunAsync(() => Open(options, onFrame, time));
        for (var left = WarmUps; left >= 0; left--)
        {
            if (await capture.SendSentinelAsync(left > 0 ? capture._loop.Await : capture._loop.Arm) is { } problem)
            {
                await capture.DisposeAsync();
                throw new CaptureException($"capture on {options.Interface}: {problem}");
            }
        }

        return capture;
    }

    /// <summary>Returns once everything that was on the wire before the call has been handed over.</summary>
    /// <returns>What prevented it; null: nothing.</returns>
    public Task<string?> FlushAsync() => SendSentinelAsync(_loop.Await);

    /// <summary>Hands over everything that was on the wire before the call, then closes the capture.</summary>
    public async Task<CaptureResult> StopAsync()
    {
        if (_result is not null)
        {
            return _result;
        }

        var problem = await SendSentinelAsync(_loop.Close);
        await Task.Run(Close); // The kernel takes its time over a packet socket's end (synchronize_net).
        var result = _loop.Result();
        _result = result with { Problem = result.Problem ?? problem };
        return _result;
    }

    /// <summary>Closes the capture, without any guarantee about frames still in the buffer.</summary>
    public ValueTask DisposeAsync()
    {
        if (_result is null)
        {
            Close();
            _result = _loop.Result() with { Problem = "the capture was abandoned" };
        }

        return ValueTask.CompletedTask;
    }

    private static PacketCapture Open(CaptureOptions options, Action<CapturedFrame> onFrame, TimeProvider time)
    {
        CaptureDevice? device = null;
        LinkSocket? socket = null;
        try
        {
            device = CaptureDevice.Open(options);
            socket = LinkSocket.Open(options.Interface);
            var evidence = options.EvidencePath is { } path
                ? new EvidenceFile(path, options.EvidenceLimit, options.SnapLength)
                : null;
            return new PacketCapture(options, device, socket, evidence, onFrame, time);
        }
        catch (Exception exception) when (exception is SystemCallException or SocketException or IOException
            or UnauthorizedAccessException)
        {
            device?.Dispose();
            socket?.Dispose();
            throw new CaptureException($"capture on {options.Interface}: {exception.Message}", exception);
        }
    }

    private void Close()
    {
        _loop.Dispose();
        _socket.Dispose();
    }

    private async Task<string?> SendSentinelAsync(Func<byte[], Task> awaitSentinel)
    {
        var sentinel = Sentinel.Create(_address);
        var seen = awaitSentinel(sentinel);
        var began = _time.GetTimestamp();
        string? obstacle = null;
        while (_loop.Problem is null && _time.GetElapsedTime(began) < _options.Deadline)
        {
            try
            {
                // Seen, but what follows from that takes a while: one more would pass for a frame that was lost.
                if (_loop.IsWaiting)
                {
                    _socket.Send(sentinel);
                }

                obstacle = null;
            }
            catch (SocketException exception)
            {
                obstacle = $" ({exception.Message})";
            }

            if (await IsSeenAsync(seen))
            {
                return _loop.Problem;
            }
        }

        return _loop.Problem
            ?? $"no sentinel seen within {_options.Deadline.TotalSeconds:0.###} s{obstacle}: is the link up?";
    }

    private async Task<bool> IsSeenAsync(Task seen)
    {
        try
        {
            await seen.WaitAsync(SentinelInterval, _time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
