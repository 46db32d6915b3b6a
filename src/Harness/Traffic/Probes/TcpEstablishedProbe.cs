// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Traffic.Services;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>
/// One connection with a transfer in both directions at once, at about half a Mbit/s each. The send buffer is kept full, so
/// that there is always something the other side has not acknowledged: when the way breaks, the kernel sends it again
/// and again. An attempt is a send call, also one that a full or dead socket refuses.
/// </summary>
public sealed class TcpEstablishedProbe : PacedProbe
{
    private const int Interval = 2;
    private const int BytesPerStep = 4 * 1024;
    private const int SendBuffer = 32 * 1024;
    private const int MaximumReceives = 8;

    private readonly byte[] _stream;
    private readonly byte[] _request;
    private readonly byte[] _incoming = new byte[16 * 1024];
    private ProbeSocket? _socket;
    private bool _isOpen;
    private int _requested;
    private long _sent;
    private long _received;

    /// <param name="context">What every probe needs.</param>
    public TcpEstablishedProbe(ProbeContext context)
        : base(context, Interval)
    {
        _stream = NoncePayload.Stream(Nonce, BytesPerStep + ProbeNonce.Length);
        _request = StreamRequest.Format(Nonce);
    }

    /// <inheritdoc/>
    public override void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private protected override void Prove()
    {
        if (_socket is not null || TryOpenSocket() is not { } socket)
        {
            return;
        }

        socket.Pace(StreamRequest.BytesPerSecond, SendBuffer);
        Meter.CountAttempt();
        var begun = socket.Connect(Address);
        if (begun.Succeeded)
        {
            _socket = socket;
        }
        else
        {
            CountError(begun.Error);
            socket.Dispose();
        }
    }

    private protected override void Send()
    {
        if (_socket is not { } socket)
        {
            Prove();
            return;
        }

        Meter.CountAttempt();
        var isRequest = _requested < _request.Length;
        var sent = socket.Send(isRequest ? _request.AsSpan(_requested) : NextOfStream());
        if (!sent.Succeeded)
        {
            CountError(sent.Error);
        }
        else if (isRequest)
        {
            _requested += sent.Count;
        }
        else
        {
            _sent += sent.Count;
        }
    }

    private protected override void Collect()
    {
        for (var i = 0; i < MaximumReceives && _socket is { } socket; i++)
        {
            var received = socket.Receive(_incoming);
            if (received.Count == 0)
            {
                CountFailure(received.Error);
                break;
            }

            _received += received.Count;
            if (!_isOpen && PeerLine.TryParse(_incoming.AsSpan(0, received.Count), out var peer, out _))
            {
                _isOpen = true;
                SetReady(peer);
            }
        }

        if (_isOpen && _socket is not null)
        {
            var progress = _socket.ReadTcpProgress();
            Meter.SetProgress(Math.Min(progress.BytesAcknowledged, _received), progress.Retransmissions);
        }
    }

    /// <summary>Goes on in the middle of a nonce where the last send was cut.</summary>
    private ReadOnlySpan<byte> NextOfStream()
    {
        return _stream.AsSpan((int)(_sent % ProbeNonce.Length), BytesPerStep);
    }

    private void CountFailure(int error)
    {
        if (error is 0 or Errno.EAGAIN)
        {
            return;
        }

        CountError(error);
        if (!_isOpen)
        {
            // A connection that never was may be tried again; one that was is never replaced by a new one.
            Close();
        }
    }
}
