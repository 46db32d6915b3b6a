// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace LeakVerifier.Harness.Linux.Netlink;

/// <summary>
/// What a host's network is to have, made by rtnetlink(7) in the order in which it is said. It is what <c>ip</c> would be
/// asked for; but a lab has six hosts, and starting <c>ip</c> for each takes longer than all that it does.
/// </summary>
internal sealed class NetworkSetUp
{
    private const ushort NewLink = 16, NewAddress = 20, NewRoute = 24, NewNeighbour = 28; // RTM_ of linux/rtnetlink.h
    private const ushort New = NetlinkMessage.Create | NetlinkMessage.Exclusively;
    private const int Up = 1; // IFF_UP
    private const int NoDuplicateDetection = 2; // IFA_F_NODAD
    private const byte EverywhereScope = 0, LinkScope = 253; // RT_SCOPE_UNIVERSE, RT_SCOPE_LINK
    private const byte MainTable = 254, Boot = 3, Unicast = 1; // RT_TABLE_MAIN, RTPROT_BOOT, RTN_UNICAST
    private const int OnLink = 4; // RTNH_F_ONLINK
    private const ushort Permanent = 0x80; // NUD_PERMANENT
    private const byte Proxy = 8; // NTF_PROXY

    private const ushort HardwareAddress = 1, Name = 3, NamespaceDescriptor = 28; // IFLA_ADDRESS, IFLA_IFNAME, IFLA_NET_NS_FD
    private const int LinkHeaderLength = 16; // struct ifinfomsg

    private readonly List<(string Doing, Func<NetlinkMessage> Request, string? IPv6On)> _steps = [];

    /// <summary>Sets interfaces up.</summary>
    public NetworkSetUp SetUp(params string[] links)
    {
        foreach (var link in links)
        {
            Add($"setting {link} up", () => Link(link, state: Up));
        }

        return this;
    }

    /// <summary>Adds a virtual link (veth(4)).</summary>
    /// <param name="name">The near end's name.</param>
    /// <param name="mac">Its address.</param>
    /// <param name="peer">The far end's name.</param>
    /// <param name="peerMac">Its address.</param>
    /// <param name="peerNamespace">Where it is; null: here too.</param>
    public NetworkSetUp AddVeth(string name, string mac, string peer, string peerMac, NetworkNamespace? peerNamespace = null)
    {
        const ushort linkInfo = 18, kind = 1, data = 2, vethPeer = 1; // IFLA_LINKINFO, IFLA_INFO_KIND, _DATA, VETH_INFO_PEER
        return Add($"adding the link {name} - {peer}", () => Link(name, New).With(HardwareAddress, BytesOf(mac))
            .With(linkInfo, info => info.With(kind, "veth").With(data, veth => veth.With(vethPeer, far =>
            {
                far.Raw(new byte[LinkHeaderLength]).With(Name, peer).With(HardwareAddress, BytesOf(peerMac));
                if (peerNamespace is not null)
                {
                    far.With(NamespaceDescriptor, peerNamespace.Descriptor);
                }
            }))));
    }

    /// <summary>Moves an interface to another namespace.</summary>
    public NetworkSetUp Move(string link, NetworkNamespace destination)
    {
        return Add($"moving {link}", () => Link(link).With(NamespaceDescriptor, destination.Descriptor));
    }

    /// <summary>
    /// As on a cable, behind the network card: no frame holds several TCP segments (net/core/sock.c, sk_setup_caps), so
    /// each is captured whole.
    /// </summary>
    public NetworkSetUp SendOneSegmentAFrame(string link)
    {
        const ushort maximumSegments = 40; // IFLA_GSO_MAX_SEGS
        return Add($"limiting the segments of {link}", () => Link(link).With(maximumSegments, 1));
    }

    /// <summary>Gives an interface an address, which is usable at once.</summary>
    public NetworkSetUp AddAddress(IPAddress address, int prefixLength, string link)
    {
        const ushort remote = 1, local = 2, flags = 8; // IFA_ADDRESS, IFA_LOCAL, IFA_FLAGS
        return Add($"giving {link} {address}/{prefixLength}", () => new NetlinkMessage(NewAddress, New)
            .Raw([FamilyOf(address), (byte)prefixLength, 0, EverywhereScope]).Raw(LinkIndex.Of(link))
            .With(local, address).With(remote, address).With(flags, NoDuplicateDetection), IPv6LinkOf(address, link));
    }

    /// <summary>Adds a route.</summary>
    /// <param name="destination">Where it leads; 0.0.0.0/0 and ::/0: everywhere.</param>
    /// <param name="via">The next router; null: the destination is on the link.</param>
    /// <param name="link">The interface; null: the one on which the router is.</param>
    /// <param name="replaces">Whether it takes the place of one to the same destination.</param>
    /// <param name="onLink">Whether the router is on the link although no address of it says so.</param>
    public NetworkSetUp AddRoute(IPNetwork destination, IPAddress? via, string? link, bool replaces = false, bool onLink = false)
    {
        const ushort to = 1, through = 4, router = 5; // RTA_DST, RTA_OIF, RTA_GATEWAY
        return Add($"adding the route to {destination}", () =>
        {
            var address = destination.BaseAddress;
            var scope = via is null && address.AddressFamily == AddressFamily.InterNetwork ? LinkScope : EverywhereScope;
            var message = new NetlinkMessage(NewRoute, replaces ? (ushort)(NetlinkMessage.Create | NetlinkMessage.Replace) : New)
                .Raw([FamilyOf(address), (byte)destination.PrefixLength, 0, 0, MainTable, Boot, scope, Unicast])
                .Raw(onLink ? OnLink : 0);
            _ = destination.PrefixLength > 0 ? message.With(to, address) : message;
            _ = via is null ? message : message.With(router, via);
            return link is null ? message : message.With(through, LinkIndex.Of(link));
        }, IPv6LinkOf(destination.BaseAddress, link));
    }

    /// <summary>Adds a route to one host; as above.</summary>
    public NetworkSetUp AddRoute(IPAddress destination, IPAddress? via, string? link)
    {
        return AddRoute(new IPNetwork(destination, destination.GetAddressBytes().Length * 8), via, link);
    }

    /// <summary>Answers on a link for a host that is elsewhere.</summary>
    public NetworkSetUp AnswerFor(IPAddress host, string link)
    {
        const ushort destination = 1; // NDA_DST
        return Add($"answering for {host} on {link}", () => new NetlinkMessage(NewNeighbour, NetlinkMessage.Create | NetlinkMessage.Replace)
            .Raw([FamilyOf(host), 0, 0, 0]).Raw(LinkIndex.Of(link)).Raw(BitConverter.GetBytes(Permanent)).Raw([Proxy, 0])
            .With(destination, host));
    }

    /// <summary>Does it all, but for IPv6 addresses and routes of interfaces on which somebody disabled IPv6.</summary>
    /// <param name="thread">A thread, of root, in the host's namespace.</param>
    /// <exception cref="SystemCallException">The kernel refused a step; none after it was tried.</exception>
    public Task DoAsync(NamespaceThread thread) => thread.RunAsync(Do);

    /// <summary>The same, on the calling thread, which moves to the host's namespace: use a thread of your own.</summary>
    /// <exception cref="SystemCallException">As above.</exception>
    public void Do(NetworkNamespace network)
    {
        network.Enter();
        Do();
    }

    private void Do()
    {
        using var socket = NetlinkSocket.Open(NetlinkSocket.Route);
        foreach (var (doing, request, link) in _steps)
        {
            if (link is null || !DisabledIPv6.IsOn(link))
            {
                socket.Do(request(), doing);
            }
        }
    }

    private NetworkSetUp Add(string doing, Func<NetlinkMessage> request, string? ipv6On = null)
    {
        _steps.Add((doing, request, ipv6On));
        return this;
    }

    private static string? IPv6LinkOf(IPAddress address, string? link)
    {
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? link : null;
    }

    /// <summary>An interface by its name: its number, 0, says so.</summary>
    private static NetlinkMessage Link(string name, ushort flags = 0, int state = 0)
    {
        return new NetlinkMessage(NewLink, flags).Raw(new byte[LinkHeaderLength - (2 * sizeof(int))]).Raw(state).Raw(state).With(Name, name);
    }

    private static byte[] BytesOf(string mac) => PhysicalAddress.Parse(mac).GetAddressBytes();

    private static byte FamilyOf(IPAddress address)
    {
        const byte ipv4 = 2, ipv6 = 10; // AF_INET, AF_INET6
        return address.AddressFamily == AddressFamily.InterNetwork ? ipv4 : ipv6;
    }
}
