// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic.Services;

/// <summary>An HTTP server whose every answer is a download without an end (RFC 9112, 6.3: until the connection closes).</summary>
public sealed class DownloadService : IAsyncDisposable
{
    private const int BufferLength = 8 * 1024;

    private readonly TcpService _tcp;

    private DownloadService(TcpService tcp)
    {
        _tcp = tcp;
    }

    /// <summary>Starts the service.</summary>
    /// <param name="thread">Lives in the server's namespace; not needed any more once this returns.</param>
    /// <param name="addresses">The server's addresses.</param>
    /// <param name="port">Its port.</param>
    /// <exception cref="SocketException">The port cannot be bound.</exception>
    public static async Task<DownloadService> StartAsync(
        NamespaceThread thread, IReadOnlyCollection<IPAddress> addresses, int port)
    {
        return new DownloadService(
            await TcpService.StartAsync(thread, ServiceSockets.Combine(addresses, [port]), ServeAsync));
    }

    /// <summary>Resets all connections and closes the port.</summary>
    public ValueTask DisposeAsync() => _tcp.DisposeAsync();

    private static async Task ServeAsync(Socket connection, CancellationToken cancellation)
    {
        // Whatever is asked for, the answer is the same; a request fits one segment.
        var buffer = new byte[BufferLength];
        if (await connection.ReceiveAsync(buffer, cancellation) == 0)
        {
            return;
        }

        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n\r\n"u8
            .ToArray(), cancellation);
        connection.SetRawSocketOption(
            SocketCalls.SOL_SOCKET,
            SocketCalls.SO_MAX_PACING_RATE,
            BitConverter.GetBytes(StreamRequest.BytesPerSecond));
        while (true)
        {
            await connection.SendAsync(buffer, cancellation);
        }
    }
}
