// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.OpenVpn.Accounting;

namespace LeakVerifier.IntegrationTests.OpenVpn;

/// <summary>Captures what arrives at a host for one IPv4 port (packet(7)).</summary>
internal sealed class WireTap : IDisposable
{
    private const ushort EtherTypeIPv4 = 0x0800;
    private const int SmallestPacket = 28;

    private readonly Socket _socket;
    private readonly Task _reader;
    private readonly CancellationTokenSource _end = new();
    private readonly int _port;
    private readonly List<(IPEndPoint Source, byte[] Payload)> _datagrams = [];
    private readonly List<StreamSegment> _segments = [];

    public WireTap(Namespace host, int port)
    {
        _port = port;
        // Datagrams come without the link's header, which a tun has none of.
        var protocol = (ProtocolType)BinaryPrimitives.ReverseEndianness(EtherTypeIPv4);
        _socket = host.Run(() => new Socket(AddressFamily.Packet, SocketType.Dgram, protocol));
        _socket.ReceiveBufferSize = 32 * 1024 * 1024;
        _reader = Task.Run(ReadAsync);
    }

    public IReadOnlyList<(IPEndPoint Source, byte[] Payload)> Datagrams
    {
        get
        {
            lock (_datagrams)
            {
                return [.. _datagrams];
            }
        }
    }

    public IReadOnlyList<StreamSegment> Segments
    {
        get
        {
            lock (_datagrams)
            {
                return [.. _segments];
            }
        }
    }

    public void Dispose()
    {
        // A thread blocked in a packet socket is not woken by closing it; an awaited read is cancelled.
        _end.Cancel();
        _reader.Wait();
        _socket.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        var packet = new byte[65536];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(packet, _end.Token);
                if (length >= SmallestPacket)
                {
                    Take(packet.AsSpan(0, length));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed of.
        }
    }

    private void Take(ReadOnlySpan<byte> packet)
    {
        packet = packet[..BinaryPrimitives.ReadUInt16BigEndian(packet[2..])];
        var transport = packet[((packet[0] & 15) * 4)..];
        if (BinaryPrimitives.ReadUInt16BigEndian(transport[2..]) != _port)
        {
            return;
        }

        var source = new IPEndPoint(new IPAddress(packet.Slice(12, 4)), BinaryPrimitives.ReadUInt16BigEndian(transport));
        lock (_datagrams)
        {
            if (packet[9] == (byte)ProtocolType.Udp)
            {
                _datagrams.Add((source, transport[8..].ToArray()));
            }
            else if (packet[9] == (byte)ProtocolType.Tcp)
            {
                var payload = transport[((transport[12] >> 4) * 4)..].ToArray();
                var sequence = BinaryPrimitives.ReadUInt32BigEndian(transport[4..]);
                _segments.Add(new StreamSegment(source, sequence, (transport[13] & 2) != 0, payload));
            }
        }
    }
}
