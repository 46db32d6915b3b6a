// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic.Services;

/// <summary>
/// The server that probes talk to. TCP: it first says which peer it sees (<see cref="PeerLine"/>), then echoes; a first
/// line <c>stream TEXT</c> (<see cref="StreamRequest"/>) has it send a paced stream instead. UDP: it answers each
/// datagram with the peer it sees and the datagram, from the address that was asked.
/// </summary>
public sealed class EchoService : IAsyncDisposable
{
    private const int BufferLength = 8 * 1024;

    private readonly TcpService _tcp;
    private readonly UdpService _udp;

    private EchoService(TcpService tcp, UdpService udp)
    {
        _tcp = tcp;
        _udp = udp;
    }

    /// <summary>Starts the service.</summary>
    /// <param name="thread">Lives in the server's namespace; not needed any more once this returns.</param>
    /// <param name="addresses">The server's addresses, IPv4 and IPv6.</param>
    /// <param name="tcpPorts">TCP ports, on each address.</param>
    /// <param name="udpPorts">UDP ports, on each address.</param>
    /// <exception cref="SocketException">An address or port cannot be bound.</exception>
    public static async Task<EchoService> StartAsync(
        NamespaceThread thread,
        IReadOnlyCollection<IPAddress> addresses,
        IReadOnlyCollection<int> tcpPorts,
        IReadOnlyCollection<int> udpPorts)
    {
        var udp = await UdpService.StartAsync(thread, ServiceSockets.Combine(addresses, udpPorts), Answer);
        try
        {
            var tcp = await TcpService.StartAsync(thread, ServiceSockets.Combine(addresses, tcpPorts), ServeAsync);
            return new EchoService(tcp, udp);
        }
        catch (SocketException)
        {
            await udp.DisposeAsync();
            throw;
        }
    }

    /// <summary>Resets all connections and closes all ports.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tcp.DisposeAsync();
        await _udp.DisposeAsync();
    }

    private static byte[] Answer(IPEndPoint peer, ReadOnlyMemory<byte> datagram)
    {
        return [.. PeerLine.Format(peer, ' '), .. datagram.Span];
    }

    private static async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        connection.NoDelay = true;
        await connection.SendAsync(PeerLine.Format((IPEndPoint)connection.RemoteEndPoint!, '\n'), cancellationToken);

        var buffer = new byte[BufferLength];
        var length = 0;
        do
        {
            var received = await connection.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (received == 0)
            {
                return;
            }

            length += received;
        }
        while (StreamRequest.MayBecomeOne(buffer.AsSpan(0, length)));

        if (StreamRequest.TryParse(buffer.AsSpan(0, length)) is { } text)
        {
            await StreamAsync(connection, text, buffer, cancellationToken);
        }
        else
        {
            await EchoAsync(connection, buffer, length, cancellationToken);
        }
    }

    private static async Task EchoAsync(
        Socket connection, byte[] buffer, int length, CancellationToken cancellationToken)
    {
        while (length > 0)
        {
            await connection.SendAsync(buffer.AsMemory(0, length), cancellationToken);
            length = await connection.ReceiveAsync(buffer, cancellationToken);
        }
    }

    private static async Task StreamAsync(
        Socket connection, string text, byte[] buffer, CancellationToken cancellationToken)
    {
        // A short send buffer and the kernel's own pacing: no timer here, and always something to send again.
        connection.SendBufferSize = 4 * BufferLength;
        connection.SetRawSocketOption(
            SocketCalls.SOL_SOCKET,
            SocketCalls.SO_MAX_PACING_RATE,
            BitConverter.GetBytes(StreamRequest.BytesPerSecond));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendRepeatedlyAsync(connection, NoncePayload.Stream(text, BufferLength), ending.Token);
        try
        {
            while (await connection.ReceiveAsync(buffer, cancellationToken) > 0)
            {
                // The other direction of the transfer: it is enough that TCP acknowledges it.
            }
        }
        finally
        {
            await ending.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SendRepeatedlyAsync(Socket connection, byte[] data, CancellationToken cancellationToken)
    {
        while (true)
        {
            await connection.SendAsync(data, cancellationToken);
        }
    }
}
