// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>A TCP connection of a client's user to 203.0.113.80.</summary>
internal sealed record Connection(Socket Listener, Socket Client, Socket Server) : IDisposable
{
    /// <summary>Opens it by whichever way the address is routed now.</summary>
    public static async Task<Connection> OpenAsync(Wire wire)
    {
        var address = new IPEndPoint(IPAddress.Parse("203.0.113.80"), 8080);
        var listener = wire.Outside.Open(AddressFamily.InterNetwork, SocketType.Stream);
        listener.Bind(address);
        listener.Listen();
        var client = wire.Client.Open(AddressFamily.InterNetwork, SocketType.Stream, Wire.OtherUser);
        client.NoDelay = true;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await client.ConnectAsync(address, limit.Token);
        return new Connection(listener, client, await listener.AcceptAsync(limit.Token));
    }

    /// <summary>Writes into the connection. The kernel tries to send before this returns.</summary>
    public async Task SendAsync() => await Client.SendAsync("secret"u8.ToArray());

    public void Dispose()
    {
        Listener.Dispose();
        Client.Dispose();
        Server.Dispose();
    }
}
