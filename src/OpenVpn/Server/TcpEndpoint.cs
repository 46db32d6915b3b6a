// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>A listening TCP socket with its connections.</summary>
internal sealed class TcpEndpoint(ServerCore core, IServerPlace place, Action<ReadOnlySpan<byte>> deliver) : IEndpoint
{
    /// <summary>Connections at once; each may hold a few hundred kilobytes.</summary>
    private const int MaximumConnections = 256;

    private const int Backlog = 64;

    private readonly HashSet<TcpPeer> _connections = [];
    private Socket? _listener;

    public IPEndPoint Local { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Every open connection, those without a session too.</summary>
    public IReadOnlyList<TcpPeer> Connections => [.. _connections];

    public void Open(IPEndPoint local)
    {
        Close();
        var listener = place.CreateSocket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
            {
                listener.DualMode = false;
            }

            // A server that opens again must not wait for its own connections in TIME-WAIT.
            listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Bind(local);
            listener.Listen(Backlog);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        Local = (IPEndPoint)listener.LocalEndPoint!;
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    public void Close()
    {
        _listener?.Dispose();
        _listener = null;
    }

    public void Forget(TcpPeer connection) => _connections.Remove(connection);

    public void Dispose()
    {
        Close();
        foreach (var connection in Connections)
        {
            connection.Close(isReset: false);
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync().ConfigureAwait(false);
            }
            catch (SocketException) when (listener == _listener)
            {
                // The client gave up before it was accepted.
                continue;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            Adopt(socket);
        }
    }

    private void Adopt(Socket socket)
    {
        lock (core.Gate)
        {
            if (_connections.Count >= MaximumConnections)
            {
                // Who connects and says nothing gives way.
                _connections.FirstOrDefault(other => other.Sessions.Count == 0)?.Close(isReset: true);
            }

            if (_listener is null || _connections.Count >= MaximumConnections)
            {
                socket.Dispose();
                return;
            }

            var connection = new TcpPeer(this, core, socket, deliver);
            _connections.Add(connection);
            connection.Start();
        }
    }
}
