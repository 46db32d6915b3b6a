// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>
/// A UDP socket with a thread that receives. The thread belongs to one opening of the socket and ends with it.
/// </summary>
internal sealed class UdpEndpoint(ServerCore core, IServerPlace place, Action<ReadOnlySpan<byte>> deliver) : IEndpoint
{
    /// <summary>Room for bursts: at 500 Mbit/s about 60 ms.</summary>
    private const int BufferSize = 4 * 1024 * 1024;

    private readonly Dictionary<SocketAddress, UdpPeer> _peers = [];
    private Socket? _socket;
    private Thread? _receiver;

    public IPEndPoint Local { get; private set; } = new(IPAddress.None, 0);

    public void Open(IPEndPoint local)
    {
        Close();
        var socket = place.CreateSocket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            socket.ReceiveBufferSize = BufferSize;
            socket.SendBufferSize = BufferSize;
            socket.Bind(local);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        Local = (IPEndPoint)socket.LocalEndPoint!;
        _socket = socket;
        _receiver = new Thread(() => Receive(socket)) { IsBackground = true, Name = "openvpn udp" };
        _receiver.Start();
    }

    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public void Send(SocketAddress remote, ReadOnlySpan<byte> packet)
    {
        try
        {
            _socket?.SendTo(packet, SocketFlags.None, remote);
        }
        catch (SocketException)
        {
            // No route, a full queue, an ICMP error of an earlier packet: the datagram is lost, as on any network.
        }
        catch (ObjectDisposedException)
        {
            // Closed by a script meanwhile.
        }
    }

    public void Forget(SocketAddress remote) => _peers.Remove(remote);

    public void Dispose() => Close();

    private void Receive(Socket socket)
    {
        var remote = new SocketAddress(socket.AddressFamily);
        var packet = new byte[DataPacket.MaximumLength + 1];
        var payload = new byte[packet.Length];
        while (true)
        {
            try
            {
                var length = socket.ReceiveFrom(packet, SocketFlags.None, remote);
                int delivered;
                lock (core.Gate)
                {
                    delivered = _socket == socket ? Take(remote, packet.AsSpan(0, length), payload) : 0;
                }

                if (delivered > 0)
                {
                    deliver(payload.AsSpan(0, delivered));
                }
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionRefused
                or SocketError.ConnectionReset or SocketError.HostUnreachable or SocketError.NetworkUnreachable)
            {
                // An ICMP error of a packet that we sent.
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private int Take(SocketAddress remote, ReadOnlySpan<byte> packet, Span<byte> payload)
    {
        if (_peers.TryGetValue(remote, out var peer))
        {
            return core.Receive(peer, packet, payload);
        }

        // A stranger is remembered only when a session comes of its packet.
        if (packet.Length == 0 || PacketHead.OpcodeOf(packet[0]) != Opcode.HardResetClient)
        {
            return 0;
        }

        var address = new SocketAddress(remote.Family, remote.Size);
        remote.Buffer.Span[..remote.Size].CopyTo(address.Buffer.Span);
        peer = new UdpPeer(this, address);
        _peers.Add(address, peer);
        var delivered = core.Receive(peer, packet, payload);
        if (peer.Sessions.Count == 0)
        {
            _peers.Remove(address);
        }

        return delivered;
    }
}
