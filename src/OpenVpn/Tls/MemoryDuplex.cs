// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers;
using System.Threading.Tasks.Sources;

namespace LeakVerifier.OpenVpn.Tls;

/// <summary>
/// The stream below TLS: what arrives is offered, what is written is taken. A waiting read continues on the thread
/// that offers, before <see cref="Offer"/> returns, so TLS needs no thread of its own and its steps are in a fixed order.
/// </summary>
internal sealed class MemoryDuplex : Stream, IValueTaskSource<int>
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _outgoing = new();
    private ReadOnlyMemory<byte> _incoming;
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _reading;
    private bool _isReading;
    private bool _isEnded;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Gives the reader bytes, and runs it until it has taken all of them or has ended.</summary>
    public void Offer(ReadOnlyMemory<byte> bytes)
    {
        int count;
        lock (_lock)
        {
            _incoming = _incoming.IsEmpty ? bytes : Join(_incoming, bytes);
            if (!_isReading)
            {
                return;
            }

            _isReading = false;
            count = Take(_reading.Span);
        }

        _read.SetResult(count);
    }

    /// <summary>Ends the stream: a waiting read and later ones return 0.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            if (!_isReading)
            {
                return;
            }

            _isReading = false;
        }

        _read.SetResult(0);
    }

    /// <summary>Takes what was written.</summary>
    public byte[] TakeWritten()
    {
        lock (_lock)
        {
            var written = _outgoing.WrittenSpan.ToArray();
            _outgoing.Clear();
            return written;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (!_incoming.IsEmpty || _isEnded || buffer.IsEmpty)
            {
                return new ValueTask<int>(Take(buffer.Span));
            }

            _read.Reset();
            _reading = buffer;
            _isReading = true;
            return new ValueTask<int>(this, _read.Version);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        throw new NotSupportedException("TLS reads asynchronously here");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            _outgoing.Write(buffer);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public int GetResult(short token) => _read.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _read.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _read.OnCompleted(continuation, state, token, flags);
    }

    private static byte[] Join(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second)
    {
        var joined = new byte[first.Length + second.Length];
        first.CopyTo(joined);
        second.CopyTo(joined.AsMemory(first.Length));
        return joined;
    }

    private int Take(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, _incoming.Length);
        _incoming.Span[..count].CopyTo(destination);
        _incoming = _incoming[count..];
        return count;
    }
}
