// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>Lines of <c>ip -batch</c> that lead the client's traffic into its tunnel, or away from it.</summary>
internal static class TunnelRoutes
{
    /// <summary>The halves of both address spaces, as OpenVPN's <c>redirect-gateway def1</c> adds them for IPv4.</summary>
    private static readonly string[] Halves = ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"];

    /// <summary>The networks that OpenVPN 2.6 adds for IPv6 instead (src/openvpn/route.c, add_routes).</summary>
    private static readonly string[] OpenVpnHalves =
        ["0.0.0.0/1", "128.0.0.0/1", "::/3", "2000::/4", "3000::/4", "fc00::/7"];

    private static readonly string[] Defaults = ["0.0.0.0/0", "::/0"];

    /// <summary>Routes into the tunnel.</summary>
    public static IEnumerable<string> Add(RouteStyle style)
    {
        return style == RouteStyle.Halves
            ? Halves.Select(prefix => $"route add {prefix} dev {ITunnel.Interface}")
            : Defaults.Select(prefix => $"route replace {prefix} dev {ITunnel.Interface}");
    }

    /// <summary>Takes away what leads into the tunnel, whoever added it.</summary>
    public static IEnumerable<string> Delete(TunnelKind kind)
    {
        return (kind == TunnelKind.OutOfBand ? Halves : OpenVpnHalves)
            .Select(prefix => $"route delete {prefix} dev {ITunnel.Interface}");
    }

    /// <summary>
    /// The host routes to the VPN's server, as every VPN client adds them. They are why whoever else is at that address
    /// is reached in the clear.
    /// </summary>
    public static IEnumerable<string> ToServer()
    {
        return
        [
            $"route add {LabAddresses.VpnServer.IPv4} via {LabAddresses.Router.IPv4} dev {HostLab.PhysicalInterface}",
            $"route add {LabAddresses.VpnServer.IPv6} via {LabAddresses.Router.IPv6} dev {HostLab.PhysicalInterface}",
        ];
    }
}
