// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Faults;

/// <summary>What happens to the routes and on the path (leak catalogue, classes 5, 12, 13 and 15).</summary>
public static class RouteFaults
{
    /// <summary>The routes into the tunnel vanish, while the tunnel and its address stay.</summary>
    public static Fault RoutesDeleted { get; } = Fault.Of(
        "routes-deleted",
        "the routes into the tunnel are deleted",
        context => context.Lab.Client.IpAsync([.. TunnelRoutes.Delete(context.TunnelKind)]));

    /// <summary>Somebody, such as a network manager, puts the default route back on the physical interface.</summary>
    public static Fault DefaultReplaced { get; } = Fault.Of(
        "default-replaced",
        "the default route is replaced by one through the physical interface",
        context => context.Lab.Client.IpAsync(
            $"route replace default via {LabAddresses.Router.IPv4} dev {HostLab.PhysicalInterface}",
            $"route replace ::/0 via {LabAddresses.Router.IPv6} dev {HostLab.PhysicalInterface}"));

    /// <summary>A route to the destination that beats the tunnel's, as a hostile DHCP server sends it (CVE-2024-3661).</summary>
    public static Fault SpecificRoute { get; } = Fault.Of(
        "specific-route",
        "a more specific route leads to the destination through the physical interface",
        context => context.Lab.Client.IpAsync(Via(LabAddresses.InternetServer)));

    /// <summary>The router drops whatever goes to or comes from the VPN's server; nobody is told.</summary>
    public static Fault Blackhole { get; } = Fault.Of(
        "blackhole",
        "the router silently drops the tunnel's transport",
        async context =>
        {
            var rules = $$"""
                table inet lab_blackhole {
                    chain forward {
                        type filter hook forward priority 0; policy accept;
                        udp dport {{LabAddresses.VpnPort}} drop
                        udp sport {{LabAddresses.VpnPort}} drop
                    }
                }
                """;
            var result = await Linux.ChildProcess.RunAsync(context.Lab.Router.Root, ["nft", "-f", "-"], input: rules);
            result.ThrowIfFailed();
        });

    private static string[] Via(AddressPair destination)
    {
        return
        [
            $"route add {destination.IPv4} via {LabAddresses.Router.IPv4} dev {HostLab.PhysicalInterface}",
            $"route add {destination.IPv6} via {LabAddresses.Router.IPv6} dev {HostLab.PhysicalInterface}",
        ];
    }
}
