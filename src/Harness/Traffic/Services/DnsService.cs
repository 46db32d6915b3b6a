// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic.Dns;

namespace LeakVerifier.Harness.Traffic.Services;

/// <summary>A name server that answers every well-formed query, over UDP and TCP; see
/// <see cref="DnsResponse"/>.</summary>
public sealed class DnsService : IAsyncDisposable
{
    /// <summary>The port of DNS.</summary>
    public const int Port = 53;

    /// <summary>The longest query taken over TCP, in bytes: a name, a question and EDNS options fit.</summary>
    private const int MaximumQueryLength = 1232;

    private readonly TcpService _tcp;
    private readonly UdpService _udp;

    private DnsService(TcpService tcp, UdpService udp)
    {
        _tcp = tcp;
        _udp = udp;
    }

    /// <summary>Starts the service on port 53.</summary>
    /// <param name="thread">Lives in the server's namespace; not needed any more once this returns.</param>
    /// <param name="addresses">The server's addresses, IPv4 and IPv6.</param>
    /// <exception cref="SocketException">An address cannot be bound.</exception>
    public static async Task<DnsService> StartAsync(NamespaceThread thread, IReadOnlyCollection<IPAddress> addresses)
    {
        var endpoints = ServiceSockets.Combine(addresses, [Port]).ToList();
        var udp = await UdpService.StartAsync(
            thread, endpoints, static (_, query) => DnsResponse.TryAnswer(query.Span));
        try
        {
            return new DnsService(await TcpService.StartAsync(thread, endpoints, ServeAsync), udp);
        }
        catch (SocketException)
        {
            await udp.DisposeAsync();
            throw;
        }
    }

    /// <summary>Resets all connections and closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tcp.DisposeAsync();
        await _udp.DisposeAsync();
    }

    private static async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(connection);
        var prefix = new byte[sizeof(ushort)];
        var query = new byte[MaximumQueryLength];
        while (await IsFilledAsync(stream, prefix, cancellationToken))
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(prefix);
            if (length > query.Length
                || !await IsFilledAsync(stream, query.AsMemory(0, length), cancellationToken)
                || DnsResponse.TryAnswer(query.AsSpan(0, length)) is not { } answer)
            {
                return;
            }

            var framed = new byte[sizeof(ushort) + answer.Length];
            BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)answer.Length);
            answer.CopyTo(framed, sizeof(ushort));
            await connection.SendAsync(framed, cancellationToken);
        }
    }

    private static async Task<bool> IsFilledAsync(
        NetworkStream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        return await stream.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken) == buffer.Length;
    }
}
