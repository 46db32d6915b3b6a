// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux.Netlink;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Tun;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>The VPN server's host of a lab, as the fake OpenVPN server sees it.</summary>
internal sealed class LabServerPlace(LabHost host) : IServerPlace
{
    private const string Interface = "tunS";

    public Socket CreateSocket(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        return host.Root.RunAsync(() => new Socket(family, type, protocol)).GetAwaiter().GetResult();
    }

    public TunDevice OpenTun()
    {
        var tun = host.Root.RunAsync(() => TunDevice.Open(Interface)).GetAwaiter().GetResult();
        try
        {
            new NetworkSetUp().Addresses(Interface, LabAddresses.TunnelServer, 26).SetUp(Interface)
                .DoAsync(host.Root).GetAwaiter().GetResult();
            return tun;
        }
        catch
        {
            tun.Dispose();
            throw;
        }
    }
}
