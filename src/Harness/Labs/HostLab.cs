// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Labs;

/// <summary>
/// A client behind its ISP's router; a VPN server (which is also a Tor relay), a server on the internet and a resolver on
/// the client's local network. In the <em>gateway</em> topology the client is a gateway, and what is used is a workstation
/// behind it; in <em>lan</em> a neighbour is hostile; in <em>two uplinks</em> a second physical interface appears.
/// </summary>
/// <remarks>
/// <code>
///                        resolver
///                           | dns0
/// client eth0 ------ lan0 router vpn0 ------ eth0 vpn-server
///  | (eth1)   (usb0-lan1)   | net0
/// (workstation)          internet
/// </code>
/// <c>lan0</c> is the capture point: the far end of the client's physical link, outside the client. So is <c>lan1</c> where
/// a second uplink appears. A hostile neighbour sends from <c>lan0</c> too: on the link nothing tells it from the router.
/// </remarks>
public sealed class HostLab : IAsyncDisposable
{
    /// <summary>The client's physical interface.</summary>
    public const string PhysicalInterface = "eth0";

    /// <summary>The router's interface at which frames of the client are captured.</summary>
    public const string CapturePoint = "lan0";

    private HostLab(LabHost[] hosts)
    {
        Client = hosts[(int)HostRole.Client];
        Router = hosts[(int)HostRole.Router];
        VpnServer = hosts[(int)HostRole.VpnServer];
        Internet = hosts[(int)HostRole.Internet];
        Resolver = hosts[(int)HostRole.Resolver];
        Workstation = hosts.ElementAtOrDefault((int)HostRole.Workstation);
    }

    /// <summary>The machine under test.</summary>
    public LabHost Client { get; }

    /// <summary>The ISP's router.</summary>
    public LabHost Router { get; }

    /// <summary>The VPN's server and Tor relay.</summary>
    public LabHost VpnServer { get; }

    /// <summary>A server and a public resolver on the internet.</summary>
    public LabHost Internet { get; }

    /// <summary>The resolver on the client's local network.</summary>
    public LabHost Resolver { get; }

    /// <summary>The machine behind the one under test; null: that one is no gateway.</summary>
    public LabHost? Workstation { get; }

    /// <summary>The machine that is used, whose traffic must not leak.</summary>
    public LabHost Used => Workstation ?? Client;

    private IReadOnlyList<LabHost> Hosts =>
        [Client, Router, VpnServer, Internet, Resolver, .. Workstation is null ? Array.Empty<LabHost>() : [Workstation]];

    /// <summary>Makes the hosts, all at the same time, and wires them.</summary>
    /// <param name="source">What hosts are made of.</param>
    /// <param name="topology">Which hosts.</param>
    /// <param name="cancellation">Ends the wait for hosts.</param>
    /// <exception cref="CommandFailedException">The kernel refused an interface, an address or a route.</exception>
    public static async Task<HostLab> StartAsync(IHostSource source, Topology topology, CancellationToken cancellation)
    {
        var lab = new HostLab(await StartHostsAsync(source, topology, cancellation));
        try
        {
            await lab.WireAsync();
            await (topology switch
            {
                Topology.Gateway => InternalNetwork.WireAsync(lab.Client, lab.Workstation!, lab.Router),
                Topology.Lan => HostileNeighbour.MoveInAsync(lab.Router),
                Topology.TwoUplinks => SecondUplink.WireAsync(lab.Router),
                _ => Task.CompletedTask,
            });
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Hosts.Select(host => host.DisposeAsync().AsTask()));
    }

    /// <returns>The hosts in the order of their roles.</returns>
    private static async Task<LabHost[]> StartHostsAsync(IHostSource source, Topology topology, CancellationToken cancellation)
    {
        HostRole[] always = [HostRole.Client, HostRole.Router, HostRole.VpnServer, HostRole.Internet, HostRole.Resolver];
        HostRole[] roles = topology == Topology.Gateway ? [.. always, HostRole.Workstation] : always;
        var starts = roles.Select(role => source.StartAsync(role, cancellation)).ToList();
        try
        {
            return await Task.WhenAll(starts);
        }
        catch
        {
            // The others may have started, or may yet.
            foreach (var start in starts)
            {
                await ((Task)start).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await (start.IsCompletedSuccessfully ? (await start).DisposeAsync() : ValueTask.CompletedTask);
            }

            throw;
        }
    }

    private async Task WireAsync()
    {
        await Task.WhenAll(Hosts.Select(host => host.SysctlAsync(Defaults)));
        await Router.SysctlAsync("net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
        await VpnServer.SysctlAsync("net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
        await Used.SysctlAsync("net/ipv4/ping_group_range=0 2147483647");

        // The far ends first: an address on one end brings up routes only when both are there.
        await Router.IpAsync(RouterLinks());
        await Task.WhenAll(
            Router.IpAsync(RouterAddresses()),
            Client.IpAsync([OneSegmentAFrame, .. End(LabAddresses.Client, 24, LabAddresses.Router)]),
            VpnServer.IpAsync(
            [
                .. End(LabAddresses.VpnServer, 25, LabAddresses.VpnServerGateway),
                $"address add {LabAddresses.OtherVpnServer}/25 dev eth0",
            ]),
            Internet.IpAsync(End(LabAddresses.InternetServer, 25, LabAddresses.InternetGateway)),
            Resolver.IpAsync(ResolverEnd()));

        // The resolver shares the client's network, but hangs on an interface of its own so that the capture point sees
        // one neighbour only: the router answers ARP and NDP for it, at once.
        await Router.SysctlAsync(
            "net/ipv6/conf/lan0/proxy_ndp=1",
            "net/ipv4/neigh/lan0/proxy_delay=0",
            "net/ipv6/neigh/lan0/proxy_delay=0");
    }

    /// <summary>Parameters that a new namespace may inherit from the machine (net.core.devconf_inherit_init_net).</summary>
    private static readonly string[] Defaults =
    [
        "net/ipv4/ip_forward=0",
        "net/ipv4/conf/all/rp_filter=0",
        "net/ipv4/conf/default/rp_filter=0",
        "net/ipv4/conf/all/arp_ignore=0",
        "net/ipv4/conf/default/arp_ignore=0",
        "net/ipv6/conf/all/disable_ipv6=0",
        "net/ipv6/conf/default/disable_ipv6=0",
        "net/ipv6/conf/all/accept_dad=0", // Addresses are usable at once.
        "net/ipv6/conf/default/accept_dad=0",
        "net/ipv4/ip_unprivileged_port_start=1024",
    ];

    /// <summary>
    /// As on a cable, behind the network card: no frame holds several TCP segments (net/core/sock.c, sk_setup_caps), so
    /// each is captured whole.
    /// </summary>
    private const string OneSegmentAFrame = $"link set {PhysicalInterface} gso_max_segs 1";

    private string[] RouterLinks()
    {
        string Link(string near, string nearMac, LabHost far, string farMac)
        {
            return $"link add {near} address {nearMac} type veth peer name eth0 address {farMac} netns {far.Namespace.Path}";
        }

        return
        [
            "link set lo up",
            Link(CapturePoint, LabAddresses.RouterMac, Client, LabAddresses.ClientMac),
            Link("dns0", "02:00:c0:00:35:01", Resolver, "02:00:c0:00:35:35"),
            Link("vpn0", "02:00:cb:00:71:01", VpnServer, "02:00:cb:00:71:0a"),
            Link("net0", "02:00:c6:33:64:01", Internet, "02:00:c6:33:64:0a"),
            .. new[] { CapturePoint, "dns0", "vpn0", "net0" }.Select(name => $"link set {name} up"),
        ];
    }

    private static string[] RouterAddresses()
    {
        return
        [
            .. Addresses(CapturePoint, LabAddresses.Router, 24),
            .. Addresses("vpn0", LabAddresses.VpnServerGateway, 25),
            .. Addresses("net0", LabAddresses.InternetGateway, 25),
            "address add fe80::1/64 dev dns0 nodad",
            .. LabAddresses.LanResolver.Both.Select(address => $"route add {address} dev dns0"),
            .. LabAddresses.LanResolver.Both.Select(address => $"neighbour add proxy {address} dev {CapturePoint}"),
            $"route add {LabAddresses.Tunnel[0]} via {LabAddresses.VpnServer.IPv4}",
            $"route add {LabAddresses.Tunnel[1]} via {LabAddresses.VpnServer.IPv6}",
        ];
    }

    private static string[] ResolverEnd()
    {
        return
        [
            "link set lo up",
            "link set eth0 up",
            $"address add {LabAddresses.LanResolver.IPv4}/32 dev eth0",
            $"address add {LabAddresses.LanResolver.IPv6}/128 dev eth0 nodad",
            $"route add default via {LabAddresses.Router.IPv4} dev eth0 onlink",
            "route add ::/0 via fe80::1 dev eth0",
        ];
    }

    internal static string[] End(AddressPair addresses, int prefixLength, AddressPair gateway)
    {
        return ["link set lo up", "link set eth0 up", .. Addresses("eth0", addresses, prefixLength), .. DefaultRoutes(gateway)];
    }

    internal static string[] Addresses(string interfaceName, AddressPair addresses, int prefixLength)
    {
        return
        [
            $"address add {addresses.IPv4}/{prefixLength} dev {interfaceName}",
            $"address add {addresses.IPv6}/64 dev {interfaceName} nodad",
        ];
    }

    /// <summary>Routes to everywhere through a gateway on the physical interface.</summary>
    internal static string[] DefaultRoutes(AddressPair gateway)
    {
        return [$"route add default via {gateway.IPv4} dev eth0", $"route add ::/0 via {gateway.IPv6} dev eth0"];
    }
}
