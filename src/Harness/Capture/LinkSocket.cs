// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Capture;

/// <summary>Sends whole frames out of one interface (packet(7)). Another socket than the capture's: the kernel does not
/// show a packet socket what it sent itself.</summary>
internal sealed class LinkSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly SocketAddress _address;

    private LinkSocket(Socket socket, SocketAddress address)
    {
        _socket = socket;
        _address = address;
    }

    /// <summary>Opens a socket in the namespace of the calling thread.</summary>
    /// <exception cref="SystemCallException">There is no such interface.</exception>
    /// <exception cref="SocketException">Packet sockets are not permitted.</exception>
    public static LinkSocket Open(string interfaceName)
    {
        var index = LinkIndex.Of(interfaceName);

        // struct sockaddr_ll: family, protocol, interface index; the rest is not read when frames come with a header.
        const int addressLength = 20;
        var address = new SocketAddress(AddressFamily.Packet, addressLength);
        MemoryMarshal.Write(address.Buffer.Span[4..], index);
        return new LinkSocket(new Socket(AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified), address);
    }

    /// <summary>Sends a frame.</summary>
    /// <exception cref="SocketException">The interface is down or gone.</exception>
    public void Send(ReadOnlySpan<byte> frame)
    {
        _socket.SendTo(frame, SocketFlags.None, _address);
    }

    public void Dispose()
    {
        _socket.Dispose();
    }
}
