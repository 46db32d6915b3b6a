// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Traffic.Services;

/// <summary>Accepts connections on several addresses and has each one served until it ends.</summary>
internal sealed class TcpService : IAsyncDisposable
{
    /// <summary>Connections open at a time; more are reset. Clients whose reset was lost leave theirs open.</summary>
    private const int MaximumConnections = 4096;

    private const int Backlog = 128;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(10);

    private readonly List<Socket> _listeners;
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly Task _accepting;

    private TcpService(List<Socket> listeners, Func<Socket, CancellationToken, Task> serve)
    {
        _listeners = listeners;
        _serve = serve;
        _accepting = Task.WhenAll(listeners.Select(AcceptAsync));
    }

    /// <param name="thread">Lives in the namespace of the service.</param>
    /// <param name="endpoints">Where to listen.</param>
    /// <param name="serve">Serves a connection; ends when it is cancelled or the socket fails.</param>
    /// <exception cref="SocketException">An address cannot be bound.</exception>
    public static async Task<TcpService> StartAsync(
        NamespaceThread thread, IEnumerable<IPEndPoint> endpoints, Func<Socket, CancellationToken, Task> serve)
    {
        var sockets = await ServiceSockets.BindAsync(thread, endpoints, SocketType.Stream, ProtocolType.Tcp);
        sockets.ForEach(s => s.Listen(Backlog));
        return new TcpService(sockets, serve);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listeners.ForEach(l => l.Dispose());
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _ending.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                if (await TryAcceptAsync(listener) is { } connection)
                {
                    Begin(connection);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }
    }

    private async Task<Socket?> TryAcceptAsync(Socket listener)
    {
        try
        {
            return await listener.AcceptAsync(_ending.Token);
        }
        catch (SocketException)
        {
            // A client that gave up before it was accepted, or no descriptor left (accept(2)): the latter lasts.
            await Task.Delay(AfterFailure, TimeProvider.System, _ending.Token);
            return null;
        }
    }

    private void Begin(Socket connection)
    {
        if (_connections.Count >= MaximumConnections)
        {
            connection.LingerState = new LingerOption(true, 0);
            connection.Dispose();
            return;
        }

        var serving = ServeAsync(connection);
        _connections[serving] = true;
        _ = serving.ContinueWith(t => _connections.TryRemove(t, out _), TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                connection.LingerState = new LingerOption(true, 0);
                await _serve(connection, _ending.Token);
            }
            catch (Exception exception) when (ServiceSockets.IsEnd(exception))
            {
                // The client is gone, or the service ends: both are how a connection ends here.
            }
        }
    }
}
