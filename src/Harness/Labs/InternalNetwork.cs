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

    /// <summary>Wires the workstation to the gateway.</summary>
    /// <param name="gateway">The gateway, wired to the outside already.</param>
    /// <param name="workstation">The machine behind it.</param>
    /// <param name="router">The ISP's router. It knows the way in, as a neighbour on the gateway's own network may: the
    /// inside must not be protected by nothing but its addresses.</param>
    /// <exception cref="SystemCallException">The kernel refused an interface, an address, a route or a rule.</exception>
    public static void Wire(LabHost gateway, LabHost workstation, LabHost router)
    {
        new NetworkSetUp()
            .AddVeth(Interface, GatewayMac, HostLab.PhysicalInterface, WorkstationMac, workstation.Namespace)
            .SetUp(Interface)
            .Addresses(Interface, LabAddresses.GatewayInside, 26)
            .Do(gateway.Namespace);
        gateway.Sysctl("net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
        Masquerade();

        // A neighbour outside sends echo requests from a ping socket.
        router.Sysctl("net/ipv4/ping_group_range=0 2147483647");
        new NetworkSetUp()
            .AddRoute(LabAddresses.Inside[0], LabAddresses.Client.IPv4, link: null)
            .AddRoute(LabAddresses.Inside[1], LabAddresses.Client.IPv6, link: null)
            .Do(router.Namespace);
        HostLab.End(LabAddresses.Workstation, 26, LabAddresses.GatewayInside).Do(workstation.Namespace);
    }

    /// <summary>Loads the rule of a router, in the calling thread's namespace.</summary>
    /// <remarks>It is, in the language of nft(8):
    /// <code>
    /// table inet lab_router {
    ///     chain postrouting {
    ///         type nat hook postrouting priority srcnat; policy accept;
    ///         iifname "eth1" masquerade
    ///     }
    /// }
    /// </code></remarks>
    private static void Masquerade()
    {
        const string table = "lab_router", chain = "postrouting";
        const int postRouting = 4, sourceNat = 100; // NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC
        NftRequest.DoTogether(
            [
                NftRequest.Table(NftRequest.Inet, table),
                NftRequest.Chain(NftRequest.Inet, table, chain, "nat", postRouting, sourceNat),
                NftRequest.Rule(NftRequest.Inet, table, chain, expressions =>
                {
                    NftRequest.AddMatch(expressions, NftRequest.InputName, NftRequest.NameOf(Interface));
                    NftRequest.Add(expressions, "masq", static _ => { });
                }, wantsAnswer: true),
            ],
            "masquerading what comes from the inside");
    }
}
