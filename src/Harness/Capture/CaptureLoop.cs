// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Capture;

/// <summary>The thread that reads a capture and hands over every frame.</summary>
internal sealed class CaptureLoop : IDisposable
{
    /// <summary>How soon the thread sees that it shall end without a sentinel.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    private readonly CaptureDevice _device;
    private readonly EvidenceFile? _evidence;
    private readonly Action<CapturedFrame> _onFrame;
    private readonly TimeProvider _time;
    private readonly TimeSpan _deadline;
    private readonly Thread _thread;
    private volatile Awaited? _awaited;
    private volatile string? _problem;
    private volatile bool _isEnding;
    private PcapCounters _armedAt;
    private PcapCounters _closedAt;
    private long _delivered;
    private long _inbound;
    private int _sentinels;

    public CaptureLoop(CaptureDevice device, EvidenceFile? evidence, CaptureOptions options,
        Action<CapturedFrame> onFrame, TimeProvider time)
    {
        _device = device;
        _evidence = evidence;
        _onFrame = onFrame;
        _time = time;
        _deadline = options.Deadline;
        _thread = new Thread(Run) { Name = "capture " + options.Interface, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Frames of the client delivered since the capture was armed.</summary>
    public long Inbound => Interlocked.Read(ref _inbound);

    /// <summary>Whether a sentinel is still to come.</summary>
    public bool IsWaiting => _awaited is not null;

    /// <summary>What ended or spoilt the capture.</summary>
    public string? Problem => _problem;

    /// <summary>Counts from here on, once the sentinel is seen.</summary>
    public Task Arm(byte[] sentinel) => Await(sentinel, Calibrate);

    /// <summary>Completes when the sentinel is seen.</summary>
    public Task Await(byte[] sentinel) => Await(sentinel, static () => { });

    /// <summary>Delivers all that arrived until the sentinel is seen, then ends.</summary>
    public Task Close(byte[] sentinel) => Await(sentinel, Settle);

    /// <summary>The counts between arming and closing. Call it once the thread has ended.</summary>
    public CaptureResult Result()
    {
        return new CaptureResult
        {
            Delivered = _delivered,
            Received = unchecked(_closedAt.Received - _armedAt.Received),
            KernelDropped = unchecked(_closedAt.KernelDropped - _armedAt.KernelDropped),
            InterfaceDropped = unchecked(_closedAt.InterfaceDropped - _armedAt.InterfaceDropped),
            SentinelsSeen = _sentinels,
            Inbound = _inbound,
            Outbound = _delivered - _inbound,
            IsEvidenceTruncated = _evidence?.IsTruncated ?? false,
            Problem = _problem ?? _evidence?.Problem,
        };
    }

    /// <summary>Ends the thread and closes the capture.</summary>
    public void Dispose()
    {
        _isEnding = true;
        _thread.Join();
        _device.Dispose();
        _evidence?.Dispose();
    }

    private Task Await(byte[] sentinel, Action then)
    {
        var awaited = new Awaited(sentinel, then);
        _awaited = awaited;
        return awaited.Seen.Task;
    }

    private void Run()
    {
        try
        {
            while (!_isEnding)
            {
                if (!Drain())
                {
                    return;
                }

                _evidence?.Flush();
                _device.Wait(Breath);
            }

            _closedAt = _closedAt == default ? _device.ReadCounters() : _closedAt;
        }
#pragma warning disable CA1031 // Whatever a frame's receiver throws must end as the capture's problem, not the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _problem = $"the capture ended: {exception.Message}";
        }
    }

    /// <summary>Reads all that is there.</summary>
    /// <returns>Whether the capture can go on.</returns>
    private bool Drain()
    {
        while (!_isEnding)
        {
            switch (_device.Read(out var frame))
            {
                case CaptureDevice.ReadStatus.Frame:
                    Deliver(frame);
                    break;
                case CaptureDevice.ReadStatus.Failed:
                    _problem = $"the capture ended: {_device.LastError}";
                    return false;
                default:
                    return true;
            }
        }

        return true;
    }

    private void Deliver(in CapturedFrame frame)
    {
        _delivered++;
        if (!frame.IsOutbound)
        {
            Interlocked.Increment(ref _inbound);
        }

        _evidence?.Add(frame);
        _onFrame(frame);
        if (frame.IsOutbound && _awaited is { } awaited && Sentinel.Matches(frame.Bytes.Span, awaited.Sentinel))
        {
            _awaited = null;
            _sentinels++;
            awaited.Then();
            awaited.Seen.SetResult();
        }
    }

    /// <summary>
    /// Starts all counts at one moment. Frames that arrived while libpcap was setting up its ring were received, but
    /// are never delivered, so the kernel's counters are compared from here.
    /// </summary>
    private void Calibrate()
    {
        var began = _time.GetTimestamp();
        PcapCounters before;
        do
        {
            before = _device.ReadCounters();
            if (!Drain() || _time.GetElapsedTime(began) > _deadline)
            {
                _problem ??= "the capture could not be calibrated: the link is never quiet";
                return;
            }

            _armedAt = _device.ReadCounters();
        }
        while (_armedAt != before);

        _delivered = 0;
        _sentinels = 1;
        Interlocked.Exchange(ref _inbound, 0);
    }

    /// <summary>Delivers exactly what the kernel has received by now.</summary>
    private void Settle()
    {
        var began = _time.GetTimestamp();
        _closedAt = _device.ReadCounters();
        var kept = unchecked(
            _closedAt.Received - _armedAt.Received - (_closedAt.KernelDropped - _armedAt.KernelDropped));
        while (_delivered < kept)
        {
            if (_device.Read(out var frame) == CaptureDevice.ReadStatus.Frame)
            {
                Deliver(frame);
            }
            else if (_time.GetElapsedTime(began) > _deadline)
            {
                _problem = $"{kept - _delivered} frames never came out of the kernel's buffer";
                break;
            }
            else
            {
                _device.Wait(Breath);
            }
        }

        _isEnding = true;
    }

    private sealed record Awaited(byte[] Sentinel, Action Then)
    {
        public TaskCompletionSource Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
