// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Policy;

/// <summary>
/// The list of what may leave a physical interface. Whatever is not on it is a leak.
/// </summary>
/// <remarks>
/// The firewall compiles it to kernel rules, the prover asks whether loaded rules imply it, the judge holds captured
/// frames against it. They share this type and nothing else, so that one reader's mistake is caught by another.
/// There is no "open" value: a policy always closes.
/// </remarks>
public sealed record EgressPolicy
{
    /// <summary>The tunnel's interface. Traffic on it is the tunnel's content and not subject to the policy.</summary>
    public required InterfacePattern TunnelInterface { get; init; }

    /// <summary>
    /// The kind of link (IFLA_INFO_KIND of rtnetlink(7): <c>tun</c>, <c>wireguard</c>, <c>ppp</c>, <c>ovpn</c>) that the
    /// tunnel's interface must be besides having the name; null: the name is enough.
    /// </summary>
    public string? TunnelInterfaceKind { get; init; }

    /// <summary>Who carries the tunnel: only packets of this identity may go to <see cref="Servers"/>.</summary>
    public required TunnelIdentity Identity { get; init; }

    /// <summary>
    /// Where the tunnel's transport may go. Empty: the tunnel's process may reach any address, as in the original
    /// vpn-firewall, which nobody can check on the wire.
    /// </summary>
    public ImmutableArray<ServerEndpoint> Servers { get; init; } = [];

    /// <summary>
    /// Local networks that may be reached in the clear by TCP, UDP and ICMP, except for DNS (see <see cref="LocalDns"/>).
    /// No other protocol: what carries packets inside packets could lead anywhere.
    /// </summary>
    public ImmutableArray<LocalNetwork> LocalNetworks { get; init; } = [];

    /// <summary>Resolvers that may be asked in the clear (ports 53 and 853), although local networks exclude DNS.</summary>
    public ImmutableArray<IPAddress> LocalDns { get; init; } = [];

    /// <summary>Services of this machine that may be reached in the clear, for its administration.</summary>
    public ImmutableArray<ManagementAccess> Management { get; init; } = [];

    /// <summary>Whether a DHCP client may talk to broadcast and to the all-servers group.</summary>
    public bool AllowDhcp { get; init; }

    /// <summary>
    /// Whether a supplicant may send EAPOL frames (IEEE 802.1X, EtherType 0x888e), without which most Wi-Fi and some
    /// wired networks let nobody in.
    /// </summary>
    public bool AllowEapol { get; init; }

    /// <summary>
    /// Whether this machine is a gateway: what comes from <see cref="InternalInterfaces"/> leaves through the tunnel or
    /// not at all.
    /// </summary>
    public bool Forwarding { get; init; }

    /// <summary>Interfaces towards a gateway's clients. Empty unless <see cref="Forwarding"/>.</summary>
    public ImmutableArray<InterfacePattern> InternalInterfaces { get; init; } = [];

    /// <summary>
    /// Resolvers inside the tunnel, at most one of a family, that are asked whatever resolver a gateway's client
    /// addresses. Empty: clients' questions go through the tunnel to where they are addressed.
    /// </summary>
    public ImmutableArray<IPAddress> ClientDns { get; init; } = [];

    /// <summary>Whether what is refused is logged. No part of what may leave.</summary>
    public bool LogRefused { get; init; } = true;

    /// <summary>
    /// Whether IPv6 neighbour discovery (RFC 4861) is on the list: only where an IPv6 destination is, since without
    /// one nothing needs it.
    /// </summary>
    public bool AllowNeighbourDiscovery =>
        Servers.Any(server => IsIPv6(server.Address))
        || LocalNetworks.Any(local => IsIPv6(local.Network.BaseAddress))
        || LocalDns.Any(IsIPv6)
        || Management.Any(access => IsIPv6(access.Network.BaseAddress));

    /// <summary>Whether <paramref name="interfaceName"/> is physical: neither loopback, nor the tunnel, nor internal.</summary>
    public bool IsPhysical(string interfaceName)
    {
        return interfaceName != "lo"
            && !TunnelInterface.Matches(interfaceName)
            && !InternalInterfaces.Any(pattern => pattern.Matches(interfaceName));
    }

    private static bool IsIPv6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;
}
