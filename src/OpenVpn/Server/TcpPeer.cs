// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Sessions;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>One TCP connection: packets after their lengths, both ways.</summary>
internal sealed class TcpPeer : Peer
{
    private const int LengthSize = sizeof(ushort);

    /// <summary>
    /// What may wait to be sent. Beyond it packets are dropped, as from the queue of any link: a client that does not
    /// read must not fill the server's memory.
    /// </summary>
    private const int MaximumWaiting = 256 * 1024;

    private readonly TcpEndpoint _endpoint;
    private readonly ServerCore _core;
    private readonly Socket _socket;
    private readonly Action<ReadOnlySpan<byte>> _deliver;
    private byte[] _waiting = [];
    private byte[] _sending = [];
    private int _waitingLength;
    private bool _isSending;
    private bool _isClosed;

    public TcpPeer(TcpEndpoint endpoint, ServerCore core, Socket socket, Action<ReadOnlySpan<byte>> deliver)
    {
        _endpoint = endpoint;
        _core = core;
        _socket = socket;
        _deliver = deliver;
        socket.NoDelay = true;
        Remote = (IPEndPoint)socket.RemoteEndPoint!;
    }

    public override IPEndPoint Remote { get; }

    public override bool IsStream => true;

    public void Start() => _ = ReceiveAsync();

    public override void Send(ReadOnlySpan<byte> packet)
    {
        if (_isClosed || _waitingLength + LengthSize + packet.Length > MaximumWaiting)
        {
            return;
        }

        // They grow as they are needed: whoever only connects takes no memory.
        var length = _waitingLength + LengthSize + packet.Length;
        if (length > _waiting.Length)
        {
            Array.Resize(ref _waiting, Math.Min(MaximumWaiting, Math.Max(length, 2 * _waiting.Length)));
        }

        var room = _waiting.AsSpan(_waitingLength);
        BinaryPrimitives.WriteUInt16BigEndian(room, (ushort)packet.Length);
        packet.CopyTo(room[LengthSize..]);
        _waitingLength = length;
        if (!_isSending)
        {
            _isSending = true;
            _ = SendWaitingAsync();
        }
    }

    public override void Close(bool isReset)
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _endpoint.Forget(this);
        if (isReset)
        {
            _socket.LingerState = new LingerOption(true, 0);
        }

        _socket.Dispose();
        foreach (var session in Sessions.ToArray())
        {
            _core.End(session, "the connection was closed");
        }
    }

    private async Task SendWaitingAsync()
    {
        while (true)
        {
            int length;
            lock (_core.Gate)
            {
                if (_waitingLength == 0 || _isClosed)
                {
                    _isSending = false;
                    return;
                }

                (_waiting, _sending) = (_sending, _waiting);
                (length, _waitingLength) = (_waitingLength, 0);
            }

            try
            {
                for (var sent = 0; sent < length;)
                {
                    sent += await _socket.SendAsync(_sending.AsMemory(sent, length - sent)).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The receiving side notices the end of the connection too, and tells it.
                return;
            }
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var payload = new byte[DataPacket.MaximumLength];
        var filled = 0;
        try
        {
            while (true)
            {
                var count = await _socket.ReceiveAsync(buffer.AsMemory(filled)).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                filled += count;
                var taken = TakePackets(buffer.AsSpan(0, filled), payload);
                if (taken < 0)
                {
                    break;
                }

                buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
                filled -= taken;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Reset by the client, or closed by a script.
        }

        lock (_core.Gate)
        {
            Close(isReset: false);
        }
    }

    /// <returns>Bytes taken; -1 when this is no tunnel's stream.</returns>
    private int TakePackets(ReadOnlySpan<byte> bytes, Span<byte> payload)
    {
        var taken = 0;
        while (bytes.Length - taken >= LengthSize)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[taken..]);
            if (length is 0 or > DataPacket.MaximumLength)
            {
                return -1;
            }

            if (bytes.Length - taken - LengthSize < length)
            {
                break;
            }

            int delivered;
            lock (_core.Gate)
            {
                delivered = _isClosed ? 0 : _core.Receive(this, bytes.Slice(taken + LengthSize, length), payload);
            }

            if (delivered > 0)
            {
                _deliver(payload[..delivered]);
            }

            taken += LengthSize + length;
        }

        return taken;
    }
}
