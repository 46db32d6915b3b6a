// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Linux.Netlink;

namespace LeakVerifier.Harness.Labs;

/// <summary>
/// The network behind a gateway. The gateway is set up as any router is, with and without the firewall under test: it
/// forwards, and masquerades what comes from the inside behind whatever interface it leaves through.
/// </summary>
internal static class InternalNetwork
{
    /// <summary>The gateway's interface towards the inside.</summary>
    public const string Interface = "eth1";

    internal const string GatewayMac = "02:00:c6:33:64:c1";
    private const string WorkstationMac = "02:00:c6:33:64:c2";

    private const string RouterRules = $$"""
        table inet lab_router {
            chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                iifname "{{Interface}}" masquerade
            }
        }

        """;

    /// <summary>Wires the workstation to the gateway.</summary>
    /// <param name="gateway">The gateway, wired to the outside already.</param>
    /// <param name="workstation">The machine behind it.</param>
    /// <param name="router">The ISP's router. It knows the way in, as a neighbour on the gateway's own network may: the
    /// inside must not be protected by nothing but its addresses.</param>
    /// <exception cref="SystemCallException">The kernel refused an interface, an address or a route.</exception>
    /// <exception cref="CommandFailedException">The kernel refused a rule.</exception>
    public static async Task WireAsync(LabHost gateway, LabHost workstation, LabHost router)
    {
        await new NetworkSetUp()
            .AddVeth(Interface, GatewayMac, HostLab.PhysicalInterface, WorkstationMac, workstation.Namespace)
            .SetUp(Interface)
            .Addresses(Interface, LabAddresses.GatewayInside, 26)
            .DoAsync(gateway.Root);
        await Task.WhenAll(
            gateway.SysctlAsync("net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1"),
            LoadRouterRulesAsync(gateway),

            // A neighbour outside sends echo requests from a ping socket.
            router.SysctlAsync("net/ipv4/ping_group_range=0 2147483647"),
            HostLab.End(LabAddresses.Workstation, 26, LabAddresses.GatewayInside).DoAsync(workstation.Root),
            new NetworkSetUp()
                .AddRoute(LabAddresses.Inside[0], LabAddresses.Client.IPv4, link: null)
                .AddRoute(LabAddresses.Inside[1], LabAddresses.Client.IPv6, link: null)
                .DoAsync(router.Root));
    }

    private static async Task LoadRouterRulesAsync(LabHost gateway)
    {
        (await ChildProcess.RunAsync(gateway.Root, ["nft", "-f", "-"], input: RouterRules)).ThrowIfFailed();
    }
}
