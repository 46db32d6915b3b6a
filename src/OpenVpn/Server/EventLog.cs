// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.CompilerServices;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>The events since the server's start, for any number of readers at any time.</summary>
internal sealed class EventLog(Action<ServerEvent>? listener)
{
    /// <summary>A run of an hour has a few thousand. A flood of handshakes must not fill the memory.</summary>
    private const int MaximumEvents = 100_000;

    private readonly Lock _lock = new();
    private readonly List<ServerEvent> _events = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _isClosed;

    public void Add(ServerEvent happened)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_isClosed || _events.Count >= MaximumEvents)
            {
                return;
            }

            _events.Add(happened);
            (changed, _changed) = (_changed, NewSignal());
        }

        listener?.Invoke(happened);
        changed.SetResult();
    }

    /// <summary>Ends every reader.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _changed.TrySetResult();
        }
    }

    public IReadOnlyList<ServerEvent> Snapshot()
    {
        lock (_lock)
        {
            return [.. _events];
        }
    }

    /// <summary>Every event from the first one on, until the server is disposed of.</summary>
    public async IAsyncEnumerable<ServerEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var next = 0; ; next++)
        {
            Task changed;
            ServerEvent? happened;
            while ((happened = TryGet(next, out changed)) is null)
            {
                if (changed.IsCompleted)
                {
                    yield break;
                }

                await changed.WaitAsync(cancellation).ConfigureAwait(false);
            }

            yield return happened;
        }
    }

    // Readers go on on threads of their own, not on the server's.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerEvent? TryGet(int index, out Task changed)
    {
        lock (_lock)
        {
            changed = _changed.Task;
            return index < _events.Count ? _events[index] : null;
        }
    }
}
