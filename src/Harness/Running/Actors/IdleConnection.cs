// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>
/// A connection through the tunnel on which nobody sends anything: whatever its server receives, the client was made to
/// say by somebody else (CVE-2019-14899).
/// </summary>
internal sealed class IdleConnection : IDisposable
{
    /// <summary>Offset of tcpi_segs_in (u32) in struct tcp_info, there since Linux 4.2, and what must be read for it.</summary>
    private const int SegmentsAt = 140;
    private const int BytesNeeded = 144;

    private readonly Socket _client;
    private readonly Socket _server;
    private readonly uint _segments;

    private IdleConnection(Socket client, Socket server)
    {
        _client = client;
        _server = server;
        Client = (IPEndPoint)server.RemoteEndPoint!;
        _segments = Segments();
    }

    /// <summary>The client's end: an address of the tunnel, and a port that an attacker has to guess.</summary>
    public IPEndPoint Client { get; }

    /// <summary>How many segments came since it was opened.</summary>
    public uint Reactions => Segments() - _segments;

    /// <summary>Opens it.</summary>
    /// <exception cref="SocketException">The server cannot be reached.</exception>
    public static async Task<IdleConnection> OpenAsync(
        NamespaceThread client, NamespaceThread server, IPEndPoint to, CancellationToken cancellation)
    {
        using var listener = await server.RunAsync(() =>
        {
            var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(to);
            socket.Listen();
            return socket;
        });
        var connecting = await client.RunAsync(() => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            await connecting.ConnectAsync(to, cancellation);
            return new IdleConnection(connecting, await listener.AcceptAsync(cancellation));
        }
        catch
        {
            connecting.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private uint Segments()
    {
        Span<byte> info = stackalloc byte[BytesNeeded];
        _server.GetRawSocketOption(SocketCalls.IPPROTO_TCP, SocketCalls.TCP_INFO, info);
        return BinaryPrimitives.ReadUInt32LittleEndian(info[SegmentsAt..]);
    }
}
