// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.OpenVpn.Sessions;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>A client's address and port.</summary>
internal sealed class UdpPeer : Peer
{
    private readonly UdpEndpoint _endpoint;
    private readonly SocketAddress _address;

    public UdpPeer(UdpEndpoint endpoint, SocketAddress address)
    {
        _endpoint = endpoint;
        _address = address;
        var any = address.Family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        Remote = (IPEndPoint)new IPEndPoint(any, 0).Create(address);
    }

    public override IPEndPoint Remote { get; }

    public override bool IsStream => false;

    public override void Send(ReadOnlySpan<byte> packet) => _endpoint.Send(_address, packet);

    public override void Close(bool isReset) => _endpoint.Forget(_address);
}
