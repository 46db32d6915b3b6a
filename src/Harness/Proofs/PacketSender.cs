// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Harness.Proofs;

/// <summary>
/// Sends packets of the client with every field as the prover wants it: raw sockets to which the kernel adds nothing
/// (raw(7)). To the rules they are packets like those of any socket. Use it on a thread of root in the client's namespace.
/// </summary>
internal sealed partial class PacketSender : IDisposable
{
    // asm-generic/socket.h, linux/in.h.
    private const int SocketLevel = 1;
    private const int Mark = 36;
    private const int BindToDevice = 25;
    private const int NoDefragmentation = 22;
    private const int TypeOfService = 1;
    private const int TrafficClass = 67;
    private const int Ip6Level = 41;

    /// <summary>IPPROTO_RAW: the header comes with the packet, for both families.</summary>
    private const ProtocolType WithHeader = (ProtocolType)255;

    private readonly Dictionary<(IpFamily Family, uint Uid, uint Gid, uint Mark, byte TrafficClass, string Device, byte Protocol), Socket> _sockets = [];

    /// <summary>Why the kernel refused the last packet, in its words; empty: it did not.</summary>
    public string Refusal { get; private set; } = "";

    /// <summary>Sends a packet as it is; one that the rules refuse is refused.</summary>
    /// <param name="packet">The packet, for its socket and its way.</param>
    /// <param name="bytes">Its bytes, from the IP header on.</param>
    public void Send(Packet packet, byte[] bytes)
    {
        // A packet that is routed again must not be bound to a device.
        var device = packet.StaleOutInterface is null ? packet.OutInterface : "";
        Send(Socket(packet, device, WithHeader), packet, bytes);
    }

    /// <summary>Sends a datagram larger than the link's frames, which the kernel splits.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="transport">Its transport header and payload.</param>
    public void SendLarge(Packet packet, byte[] transport)
    {
        Send(Socket(packet, packet.OutInterface, (ProtocolType)packet.Protocol), packet, transport);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in _sockets.Values)
        {
            socket.Dispose();
        }
    }

    private void Send(Socket socket, Packet packet, byte[] bytes)
    {
        Refusal = "";
        try
        {
            socket.SendTo(bytes, new IPEndPoint(packet.Destination, 0));
        }
        catch (SocketException exception)
        {
            // By a rule, or there is no route: it does not come out, which is what is asked.
            Refusal = exception.Message;
        }
    }

    private Socket Socket(Packet packet, string device, ProtocolType protocol)
    {
        var gid = packet.Uid is null ? 0 : (uint)packet[Field.Gid];
        var key = (packet.Family, packet.Uid ?? 0, gid, packet.Mark, (byte)packet[Field.TrafficClass], device, (byte)protocol);
        if (!_sockets.TryGetValue(key, out var socket))
        {
            socket = Open(packet, device, protocol, gid);
            _sockets.Add(key, socket);
        }

        return socket;
    }

    // The owner of a socket is the user for files at the time it is made (net/netfilter/nft_meta.c, file->f_cred->fsuid).
    private static Socket Open(Packet packet, string device, ProtocolType protocol, uint gid)
    {
        var isIp4 = packet.Family == IpFamily.Ip4;
        _ = setfsgid(gid);
        _ = setfsuid(packet.Uid ?? 0);
        Socket socket;
        try
        {
            socket = new Socket(isIp4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, SocketType.Raw, protocol);
        }
        finally
        {
            _ = setfsuid(0);
            _ = setfsgid(0);
        }

        if (isIp4)
        {
            socket.EnableBroadcast = true;
            socket.SetRawSocketOption(0, NoDefragmentation, Number(1));
        }

        // Of a header that comes with the packet it says nothing.
        socket.SetRawSocketOption(isIp4 ? 0 : Ip6Level, isIp4 ? TypeOfService : TrafficClass, Number((uint)packet[Field.TrafficClass]));
        socket.SetRawSocketOption(SocketLevel, Mark, Number(packet.Mark));
        if (device.Length > 0)
        {
            socket.SetRawSocketOption(SocketLevel, BindToDevice, System.Text.Encoding.ASCII.GetBytes(device + '\0'));
        }

        return socket;
    }

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    [LibraryImport("libc")]
    private static partial int setfsuid(uint uid);

    [LibraryImport("libc")]
    private static partial int setfsgid(uint gid);
}
