// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Linux.Netlink;

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

    private static readonly IPAddress ResolversRouter = IPAddress.Parse("fe80::1");

    private HostLab(LabHost[] hosts)
    {
        Client = hosts[(int)HostRole.Client];
        Router = hosts[(int)HostRole.Router];
        VpnServer = hosts[(int)HostRole.VpnServer];
        Internet = hosts[(int)HostRole.Internet];
        Resolver = hosts[(int)HostRole.Resolver];
        Workstation = hosts.ElementAtOrDefault((int)HostRole.Workstation);
    }

    /// <summary>How long it took to make it.</summary>
    public TimeSpan SetUp { get; private set; }

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

    /// <summary>Makes the hosts and wires them.</summary>
    /// <param name="source">What hosts are made of.</param>
    /// <param name="topology">Which hosts.</param>
    /// <param name="programs">On which of them programs will run.</param>
    /// <param name="cancellation">Ends the wait for hosts.</param>
    /// <exception cref="SystemCallException">The kernel refused an interface, an address or a route.</exception>
    public static Task<HostLab> StartAsync(
        IHostSource source, Topology topology, IReadOnlyCollection<HostRole> programs, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        return WiringThread.RunAsync(() =>
        {
            var lab = Start(source, topology, programs, cancellation);
            lab.SetUp = watch.Elapsed;
            return lab;
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Hosts.Select(host => host.DisposeAsync().AsTask()));
    }

    private static HostLab Start(
        IHostSource source, Topology topology, IReadOnlyCollection<HostRole> programs, CancellationToken cancellation)
    {
        var lab = new HostLab(StartHosts(source, topology, programs, cancellation));
        try
        {
            lab.Wire();
            switch (topology)
            {
                case Topology.Gateway:
                    InternalNetwork.Wire(lab.Client, lab.Workstation!, lab.Router);
                    break;
                case Topology.Lan:
                    HostileNeighbour.MoveIn(lab.Router);
                    break;
                case Topology.TwoUplinks:
                    SecondUplink.Wire(lab.Router);
                    break;
            }

            return lab;
        }
        catch
        {
            lab.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    /// <returns>The hosts in the order of their roles; those that take time have started at the same time.</returns>
    private static LabHost[] StartHosts(
        IHostSource source, Topology topology, IReadOnlyCollection<HostRole> programs, CancellationToken cancellation)
    {
        HostRole[] always = [HostRole.Client, HostRole.Router, HostRole.VpnServer, HostRole.Internet, HostRole.Resolver];
        HostRole[] roles = topology == Topology.Gateway ? [.. always, HostRole.Workstation] : always;
        var starts = new List<Task<LabHost>>();
        try
        {
            starts.AddRange(roles.Select(role => source.StartAsync(role, programs.Contains(role), cancellation)));
            return Task.WhenAll(starts).GetAwaiter().GetResult();
        }
        catch
        {
            // The others may have started, or may yet.
            foreach (var start in starts)
            {
                ((Task)start).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
                if (start.IsCompletedSuccessfully)
                {
                    start.Result.DisposeAsync().AsTask().GetAwaiter().GetResult();
                }
            }

            throw;
        }
    }

    private void Wire()
    {
        foreach (var host in Hosts)
        {
            host.Sysctl(Defaults);
        }

        VpnServer.Sysctl("net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
        Used.Sysctl("net/ipv4/ping_group_range=0 2147483647");
        Router.Sysctl("net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");

        // The far ends first: an address on one end brings up routes only when both are there.
        Links().Do(Router.Namespace);
        RouterAddresses().Do(Router.Namespace);

        // The resolver shares the client's network, but hangs on an interface of its own so that the capture point sees
        // one neighbour only: the router answers ARP and NDP for it, at once.
        Router.Sysctl(
            "net/ipv6/conf/lan0/proxy_ndp=1",
            "net/ipv4/neigh/lan0/proxy_delay=0",
            "net/ipv6/neigh/lan0/proxy_delay=0");
        End(LabAddresses.Client, 24, LabAddresses.Router).SendOneSegmentAFrame(PhysicalInterface).Do(Client.Namespace);
        End(LabAddresses.VpnServer, 25, LabAddresses.VpnServerGateway)
            .AddAddress(LabAddresses.OtherVpnServer, 25, PhysicalInterface).Do(VpnServer.Namespace);
        End(LabAddresses.InternetServer, 25, LabAddresses.InternetGateway).Do(Internet.Namespace);
        ResolverEnd().Do(Resolver.Namespace);
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

    private NetworkSetUp Links()
    {
        return new NetworkSetUp()
            .SetUp("lo")
            .AddVeth(CapturePoint, LabAddresses.RouterMac, PhysicalInterface, LabAddresses.ClientMac, Client.Namespace)
            .AddVeth("dns0", "02:00:c0:00:35:01", "eth0", "02:00:c0:00:35:35", Resolver.Namespace)
            .AddVeth("vpn0", "02:00:cb:00:71:01", "eth0", "02:00:cb:00:71:0a", VpnServer.Namespace)
            .AddVeth("net0", "02:00:c6:33:64:01", "eth0", "02:00:c6:33:64:0a", Internet.Namespace)
            .SetUp(CapturePoint, "dns0", "vpn0", "net0");
    }

    private static NetworkSetUp RouterAddresses()
    {
        var setUp = new NetworkSetUp()
            .Addresses(CapturePoint, LabAddresses.Router, 24)
            .Addresses("vpn0", LabAddresses.VpnServerGateway, 25)
            .Addresses("net0", LabAddresses.InternetGateway, 25)
            .AddAddress(ResolversRouter, 64, "dns0");
        foreach (var address in LabAddresses.LanResolver.Both)
        {
            setUp.AddRoute(address, via: null, "dns0").AnswerFor(address, CapturePoint);
        }

        return setUp
            .AddRoute(LabAddresses.Tunnel[0], LabAddresses.VpnServer.IPv4, link: null)
            .AddRoute(LabAddresses.Tunnel[1], LabAddresses.VpnServer.IPv6, link: null);
    }

    private static NetworkSetUp ResolverEnd()
    {
        return new NetworkSetUp()
            .SetUp("lo", "eth0")
            .AddAddress(LabAddresses.LanResolver.IPv4, 32, "eth0")
            .AddAddress(LabAddresses.LanResolver.IPv6, 128, "eth0")
            .AddRoute(Everywhere.IPv4, LabAddresses.Router.IPv4, "eth0", onLink: true)
            .AddRoute(Everywhere.IPv6, ResolversRouter, "eth0");
    }

    /// <summary>An end of the network: one interface, and a router to everywhere.</summary>
    internal static NetworkSetUp End(AddressPair addresses, int prefixLength, AddressPair gateway)
    {
        return new NetworkSetUp().SetUp("lo", "eth0").Addresses("eth0", addresses, prefixLength).DefaultRoutes(gateway, "eth0");
    }
}
