// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>
/// Sends what a <see cref="Sender"/> says from the socket that it says, and does not listen: forged packets, frames, and
/// whatever else no ordinary program sends.
/// </summary>
internal sealed class PreparedProbe : PacedProbe
{
    /// <summary>10 a second.</summary>
    private const int Interval = 4;

    private readonly Sender _sender;
    private readonly SocketAddress _to;
    private ProbeSocket? _socket;

    /// <param name="context">What every probe needs.</param>
    /// <param name="sender">What it sends, and from which socket.</param>
    public PreparedProbe(ProbeContext context, Sender sender)
        : base(context, Interval)
    {
        _sender = sender;
        _to = (sender.To ?? sender.Destination).Serialize();
    }

    /// <inheritdoc/>
    public override void Close()
    {
        _socket?.Dispose();
        _socket = null;
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
        // What cannot even be opened, such as a socket on an interface that has yet to appear, was attempted too.
        Meter.CountAttempt();
        if (OpenedSocket() is not { } socket)
        {
            return;
        }

        var message = _sender.Message(Nonce);
        var sent = _sender.IsFrame ? socket.Send(message) : socket.SendTo(message, _to);
        if (!sent.Succeeded)
        {
            CountError(sent.Error);
        }
    }

    private protected override void Collect()
    {
        // Nothing that comes back is looked at; the kernel drops what no longer fits.
    }

    private ProbeSocket? OpenedSocket()
    {
        if (_socket is not null)
        {
            return _socket;
        }

        var socket = ProbeSocket.TryOpen(_sender.Socket, out var error);
        if (socket is not null && _sender.Link is { } link)
        {
            error = socket.BindToLink(link).Error;
        }

        if (error != 0)
        {
            CountError(error);
            socket?.Dispose();
            return null;
        }

        return _socket = socket;
    }
}
