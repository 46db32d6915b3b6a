// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Traffic.Services;

/// <summary>Answers datagrams on several addresses, each from the address that was asked.</summary>
internal sealed class UdpService : IAsyncDisposable
{
    private readonly List<Socket> _sockets;
    private readonly Func<IPEndPoint, ReadOnlyMemory<byte>, byte[]?> _answer;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _serving;

    private UdpService(List<Socket> sockets, Func<IPEndPoint, ReadOnlyMemory<byte>, byte[]?> answer)
    {
        _sockets = sockets;
        _answer = answer;
        _serving = Task.WhenAll(sockets.Select(ServeAsync));
    }

    /// <param name="thread">Lives in the namespace of the service.</param>
    /// <param name="endpoints">Where to listen.</param>
    /// <param name="answer">Makes the answer to a datagram; null: none.</param>
    /// <exception cref="SocketException">An address cannot be bound.</exception>
    public static async Task<UdpService> StartAsync(
        NamespaceThread thread,
        IEnumerable<IPEndPoint> endpoints,
        Func<IPEndPoint, ReadOnlyMemory<byte>, byte[]?> answer)
    {
        var sockets = await ServiceSockets.BindAsync(thread, endpoints, SocketType.Dgram, ProtocolType.Udp);
        return new UdpService(sockets, answer);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _sockets.ForEach(s => s.Dispose());
        await _serving;
        _ending.Dispose();
    }

    private async Task ServeAsync(Socket socket)
    {
        var buffer = new byte[2048];
        var any = new IPEndPoint(
            socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        var sender = new SocketAddress(socket.AddressFamily);
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                var length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, sender, _ending.Token);
                var peer = (IPEndPoint)any.Create(sender);
                if (_answer(peer, buffer.AsMemory(0, length)) is { } answer)
                {
                    await socket.SendToAsync(answer, SocketFlags.None, sender, _ending.Token);
                }
            }
            catch (Exception exception) when (ServiceSockets.IsEnd(exception))
            {
                // Cancelled: the loop ends. An answer that cannot be sent is a lost one, which is what faults are for.
            }
        }
    }
}
