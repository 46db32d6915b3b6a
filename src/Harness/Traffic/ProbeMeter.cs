// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic;

/// <summary>Counts what a probe does. Safe to use from any thread.</summary>
public sealed class ProbeMeter
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private readonly List<(long Bytes, TaskCompletionSource Reached)> _waiting = [];
    private long _attempts;
    private long _replies;
    private long _bytes;
    private long _retransmissions;
    private (long Attempts, long Replies)? _atFault;

    /// <summary>Counts a send or connect call.</summary>
    public void CountAttempt()
    {
        lock (_gate)
        {
            _attempts++;
        }
    }

    /// <summary>Counts an answer.</summary>
    /// <param name="bytes">Its length, which adds to what was transferred.</param>
    public void CountReply(int bytes)
    {
        lock (_gate)
        {
            _replies++;
            SetBytes(_bytes + bytes);
        }
    }

    /// <summary>Counts an error.</summary>
    /// <param name="error">The error number (errno(3)).</param>
    public void CountError(int error)
    {
        var name = Errno.NameOf(error);
        lock (_gate)
        {
            _errors[name] = _errors.GetValueOrDefault(name) + 1;
        }
    }

    /// <summary>Takes over the kernel's count of a stream.</summary>
    public void SetProgress(long bytesTransferred, long retransmissions)
    {
        lock (_gate)
        {
            _retransmissions = Math.Max(_retransmissions, retransmissions);
            SetBytes(Math.Max(_bytes, bytesTransferred));
        }
    }

    /// <summary>From now on is after the fault. Only the first call counts.</summary>
    public void MarkFault()
    {
        lock (_gate)
        {
            _atFault ??= (_attempts, _replies);
        }
    }

    /// <summary>The counters of this moment.</summary>
    public ProbeCounters Read()
    {
        lock (_gate)
        {
            var (attempts, replies) = _atFault ?? (_attempts, _replies);
            return new ProbeCounters(
                _attempts,
                _attempts - attempts,
                _replies,
                _replies - replies,
                _bytes,
                _retransmissions,
                new SortedDictionary<string, long>(_errors, StringComparer.Ordinal));
        }
    }

    /// <summary>Completes when at least so many bytes were transferred.</summary>
    public Task WhenTransferredAsync(long bytes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_bytes >= bytes)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((bytes, reached));
            return reached.Task.WaitAsync(cancellationToken);
        }
    }

    private void SetBytes(long bytes)
    {
        _bytes = bytes;
        foreach (var (_, reached) in _waiting.Where(w => w.Bytes <= bytes))
        {
            reached.SetResult();
        }

        _waiting.RemoveAll(w => w.Bytes <= bytes);
    }
}
