// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux.Netlink;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>What leads the client's traffic into its tunnel, or away from it.</summary>
internal static class TunnelRoutes
{
    /// <summary>The halves of both address spaces, as OpenVPN's <c>redirect-gateway def1</c> adds them for IPv4.</summary>
    private static readonly string[] Halves = ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"];

    /// <summary>The networks that OpenVPN 2.6 adds for IPv6 instead (src/openvpn/route.c, add_routes).</summary>
    private static readonly string[] OpenVpnHalves =
        ["0.0.0.0/1", "128.0.0.0/1", "::/3", "2000::/4", "3000::/4", "fc00::/7"];

    private static readonly IPNetwork[] Defaults = [Everywhere.IPv4, Everywhere.IPv6];

    /// <summary>Adds routes into the tunnel.</summary>
    public static NetworkSetUp IntoTunnel(this NetworkSetUp setUp, RouteStyle style)
    {
        var replaces = style != RouteStyle.Halves;
        foreach (var destination in replaces ? Defaults : Halves.Select(half => IPNetwork.Parse(half)))
        {
            setUp.AddRoute(destination, via: null, ITunnel.Interface, replaces);
        }

        return setUp;
    }

    /// <summary>Takes away what leads into the tunnel, whoever added it: lines of <c>ip -batch</c>.</summary>
    public static IEnumerable<string> Delete(TunnelKind kind)
    {
        return (kind == TunnelKind.OutOfBand ? Halves : OpenVpnHalves)
            .Select(prefix => $"route delete {prefix} dev {ITunnel.Interface}");
    }

    /// <summary>
    /// Adds the host routes to the VPN's server, as every VPN client does. They are why whoever else is at that address is
    /// reached in the clear.
    /// </summary>
    public static NetworkSetUp ToServer(this NetworkSetUp setUp)
    {
        return setUp
            .AddRoute(LabAddresses.VpnServer.IPv4, LabAddresses.Router.IPv4, HostLab.PhysicalInterface)
            .AddRoute(LabAddresses.VpnServer.IPv6, LabAddresses.Router.IPv6, HostLab.PhysicalInterface);
    }
}
