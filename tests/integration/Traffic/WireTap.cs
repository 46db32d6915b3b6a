// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Linux;
using PacketDotNet;
using ProtocolType = System.Net.Sockets.ProtocolType;

namespace LeakVerifier.IntegrationTests.Traffic;

/// <summary>Keeps every frame that arrives in a namespace (packet(7)).</summary>
internal sealed class WireTap : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<byte[]> _frames = [];
    private readonly Task _reading;

    private WireTap(Socket socket)
    {
        _socket = socket;
        _reading = ReadAsync();
    }

    public static async Task<WireTap> OpenAsync(NamespaceThread thread)
    {
        const short everyEtherType = 3;
        var protocol = (ProtocolType)(ushort)IPAddress.HostToNetworkOrder(everyEtherType);
        return new WireTap(await thread.RunAsync(
            () => new Socket(AddressFamily.Packet, SocketType.Raw, protocol) { ReceiveBufferSize = 8 << 20 }));
    }

    /// <summary>The IP packets seen so far, dissected.</summary>
    public IReadOnlyList<IPPacket> Packets()
    {
        lock (_frames)
        {
            var frames = _frames.Select(f => Packet.ParsePacket(LinkLayers.Ethernet, f));
            return [.. frames.Select(f => f.Extract<IPPacket>()).OfType<IPPacket>()];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _reading;
        _socket.Dispose();
        _ending.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 17];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer, _ending.Token);
                lock (_frames)
                {
                    _frames.Add(buffer[..length]);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The tap was closed.
        }
    }
}
