// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Faults;

/// <summary>What happens to the tunnel's interface and to the physical link (leak catalogue, classes 6, 7 and 30).</summary>
public static class InterfaceFaults
{
    /// <summary>
    /// The tun is set down. Its address stays a local one, so sockets keep it as their source and are routed through the
    /// physical interface: the case that "accept established" rules let out (OpenVPN/openvpn#607).
    /// </summary>
    public static Fault TunnelDown { get; } = Fault.Of(
        "tun-down",
        "the tunnel's interface is set down, its addresses kept",
        async context =>
        {
            // IPv4 addresses stay anyway; IPv6 ones only so (Documentation/networking/ip-sysctl.rst).
            await context.Lab.Client.SysctlAsync($"net/ipv6/conf/{ITunnel.Interface}/keep_addr_on_down=1");
            await context.Lab.Client.IpAsync($"link set {ITunnel.Interface} down");
        });

    /// <summary>The tun is deleted.</summary>
    public static Fault TunnelDeleted { get; } = Fault.Of(
        "tun-deleted",
        "the tunnel's interface is deleted",
        context => context.Lab.Client.IpAsync($"link delete {ITunnel.Interface}"));

    /// <summary>The tun loses its addresses, as on a reconnect that gets others.</summary>
    public static Fault AddressFlushed { get; } = Fault.Of(
        "tun-flushed",
        "the tunnel's addresses are removed",
        context => context.Lab.Client.IpAsync($"address flush dev {ITunnel.Interface}"));

    /// <summary>The physical link goes down and comes back, and whoever manages the network sets it up again.</summary>
    public static Fault LinkFlapped { get; } = Fault.Of(
        "link-flap",
        "the physical link goes down and comes back",
        async context =>
        {
            const string link = HostLab.PhysicalInterface;
            await context.Lab.Client.IpAsync($"link set {link} down");
            await context.Lab.Client.IpAsync(
            [
                $"link set {link} up",
                $"address replace {LabAddresses.Client.IPv4}/24 dev {link}",
                $"address replace {LabAddresses.Client.IPv6}/64 dev {link} nodad",
                $"route replace default via {LabAddresses.Router.IPv4} dev {link}",
                $"route replace ::/0 via {LabAddresses.Router.IPv6} dev {link}",
            ]);
        });
}
