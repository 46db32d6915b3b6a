// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>Frames that pass no rule of the IP layer (packet(7)), to everybody on the link.</summary>
internal static class PacketSocket
{
    private const int PacketLevel = 263; // SOL_PACKET
    private const int QueueBypass = 20; // PACKET_QDISC_BYPASS
    private const ushort Ip = 0x0800;
    private const ushort Arp = 0x0806;

    /// <summary>Sends a UDP datagram as a frame.</summary>
    /// <returns>Whether the kernel took it.</returns>
    public static async Task<bool> SendUdpAsync(
        TestNamespace space, string link, string source, string destination, ushort port, bool bypassesQueue)
    {
        byte[] packet =
        [
            0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, .. Bytes(source), .. Bytes(destination),
            0x13, 0x88, (byte)(port >> 8), (byte)port, 0, 12, 0, 0, .. "wall"u8,
        ];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, 20)));
        return await SendAsync(space, link, Ip, packet, bypassesQueue);
    }

    /// <summary>Asks who has an address.</summary>
    /// <returns>Whether the kernel took it.</returns>
    public static Task<bool> AskAsync(TestNamespace space, string link, string sender, string target)
    {
        byte[] request =
        [
            0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, .. Bytes(sender), 0, 0, 0, 0, 0, 0, .. Bytes(target),
        ];
        return SendAsync(space, link, Arp, request, bypassesQueue: false);
    }

    private static async Task<bool> SendAsync(
        TestNamespace space, string link, ushort type, byte[] payload, bool bypassesQueue)
    {
        var index = int.Parse((await space.RunAsync($"ip -o link show {link}")).Split(':')[0]);
        byte[] frame = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 2, (byte)(type >> 8), (byte)type, .. payload];
        using var socket = space.OpenPacket();
        if (bypassesQueue)
        {
            socket.SetRawSocketOption(PacketLevel, QueueBypass, BitConverter.GetBytes(1));
        }

        try
        {
            return socket.SendTo(frame, new LinkEndPoint(index, type)) == frame.Length;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
        {
            return false; // by which the kernel tells that the egress hook dropped it
        }
    }

    private static byte[] Bytes(string address) => IPAddress.Parse(address).GetAddressBytes();

    private static ushort Checksum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (var index = 0; index < header.Length; index += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[index..]);
        }

        return (ushort)~((sum & 0xffff) + (sum >> 16));
    }

    /// <summary>struct sockaddr_ll.</summary>
    private sealed class LinkEndPoint(int index, ushort type) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, 20);
            (address[2], address[3]) = ((byte)(type >> 8), (byte)type);
            for (var at = 0; at < sizeof(int); at++)
            {
                address[4 + at] = (byte)(index >> (8 * at));
            }

            return address;
        }
    }
}
