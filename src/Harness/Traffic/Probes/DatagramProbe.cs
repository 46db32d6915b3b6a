// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>A probe that sends one datagram a step from one socket.</summary>
public abstract class DatagramProbe : PacedProbe
{
    /// <summary>Datagrams taken up in one step at most; the next step goes on.</summary>
    private const int MaximumCollected = 64;

    private readonly byte[] _outgoing = new byte[512];
    private readonly byte[] _incoming = new byte[2048];
    private ProbeSocket? _socket;

    private protected DatagramProbe(ProbeContext context, int intervalTicks)
        : base(context, intervalTicks)
    {
    }

    /// <summary>Whether the socket is connected, which fixes its source address once and for all.</summary>
    private protected virtual bool IsConnected => false;

    /// <summary>The number of the next datagram.</summary>
    private protected long Number { get; private set; }

    /// <inheritdoc/>
    public override void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    /// <summary>Writes the datagram of the current <see cref="Number"/>.</summary>
    private protected abstract int Write(Span<byte> buffer);

    /// <summary>Whether a datagram answers this probe.</summary>
    private protected abstract bool IsReply(ReadOnlySpan<byte> datagram);

    /// <summary>Called for each answer.</summary>
    private protected virtual void OnReply(ReadOnlySpan<byte> datagram)
    {
    }

    private protected override void Prove()
    {
        if (OpenedSocket() is not null)
        {
            SetReady(null);
        }
    }

    private protected override void Send()
    {
        if (OpenedSocket() is not { } socket)
        {
            return;
        }

        var datagram = _outgoing.AsSpan(0, Write(_outgoing));
        Number++;
        Meter.CountAttempt();
        var sent = IsConnected ? socket.Send(datagram) : socket.SendTo(datagram, Address);
        if (!sent.Succeeded)
        {
            CountError(sent.Error);
        }
    }

    private protected override void Collect()
    {
        for (var i = 0; i < MaximumCollected && _socket is { } socket; i++)
        {
            var received = socket.Receive(_incoming);
            if (received.Error == Errno.EAGAIN)
            {
                return;
            }

            if (!received.Succeeded)
            {
                CountError(received.Error);
                continue;
            }

            var datagram = _incoming.AsSpan(0, received.Count);
            if (IsReply(datagram))
            {
                Meter.CountReply(datagram.Length);
                OnReply(datagram);
            }
        }
    }

    private ProbeSocket? OpenedSocket()
    {
        if (_socket is not null || TryOpenSocket() is not { } socket)
        {
            return _socket;
        }

        if (IsConnected && socket.Connect(Address) is { Succeeded: false } refused)
        {
            // As with a connection over TCP: it was attempted, and the kernel refused it.
            Meter.CountAttempt();
            CountError(refused.Error);
            socket.Dispose();
            return null;
        }

        return _socket = socket;
    }
}
