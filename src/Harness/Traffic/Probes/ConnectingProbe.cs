// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>
/// A probe that makes a fresh connection five times a second, sends one message on it, and resets it when the answer
/// came or when it took too long. An attempt is a connect call.
/// </summary>
public abstract class ConnectingProbe : PacedProbe
{
    private const int Interval = 2;
    private const int StepsPerConnection = 4;
    private const int TimedOut = 110;

    /// <summary>The kernel repeats a SYN after 1 s; what takes this long is not answered.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private readonly List<ConnectionAttempt> _attempts = [];
    private long _steps;

    private protected ConnectingProbe(ProbeContext context)
        : base(context, Interval)
    {
    }

    /// <inheritdoc/>
    public override void Close()
    {
        _attempts.ForEach(a => a.Socket.Dispose());
        _attempts.Clear();
    }

    /// <summary>The message of a connection.</summary>
    private protected abstract byte[] Message(long number);

    /// <summary>Whether everything that came is the answer.</summary>
    private protected abstract bool IsReply(ReadOnlySpan<byte> received);

    private protected override void Prove()
    {
        SetReady(null);
    }

    private protected override void Send()
    {
        if (_steps++ % StepsPerConnection != 0 || TryOpenSocket() is not { } socket)
        {
            return;
        }

        Meter.CountAttempt();
        var begun = socket.Connect(Address);
        if (begun.Succeeded)
        {
            var now = Context.TimeProvider.GetTimestamp();
            _attempts.Add(new ConnectionAttempt(socket, Message(_steps / StepsPerConnection), now));
        }
        else
        {
            CountError(begun.Error);
            socket.Dispose();
        }
    }

    private protected override void Collect()
    {
        for (var i = _attempts.Count - 1; i >= 0; i--)
        {
            if (!IsUnderWay(_attempts[i]))
            {
                _attempts[i].Socket.Dispose();
                _attempts.RemoveAt(i);
            }
        }
    }

    private bool IsUnderWay(ConnectionAttempt attempt)
    {
        var error = Advance(attempt);
        if (error == Errno.EAGAIN && Context.TimeProvider.GetElapsedTime(attempt.Begun) < Patience)
        {
            return true;
        }

        if (error != 0)
        {
            CountError(error == Errno.EAGAIN ? TimedOut : error);
        }

        return false;
    }

    /// <summary>Moves an attempt on.</summary>
    /// <returns>0 when it is answered or over, EAGAIN while it is under way, else the error that ended it.</returns>
    private int Advance(ConnectionAttempt attempt)
    {
        if (!attempt.IsSent)
        {
            // While the connection is being made this is EAGAIN (net/ipv4/tcp.c, tcp_sendmsg_locked).
            var sent = attempt.Socket.Send(attempt.Message);
            attempt.IsSent = sent.Succeeded;
            return sent.Succeeded ? Errno.EAGAIN : sent.Error;
        }

        var received = attempt.Socket.Receive(attempt.Received.AsSpan(attempt.ReceivedLength));
        if (received.Count == 0)
        {
            return received.Error;
        }

        attempt.ReceivedLength += received.Count;
        if (!IsReply(attempt.Received.AsSpan(0, attempt.ReceivedLength)))
        {
            return Errno.EAGAIN;
        }

        Meter.CountReply(attempt.ReceivedLength);
        return 0;
    }
}
