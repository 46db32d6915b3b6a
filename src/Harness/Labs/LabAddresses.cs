// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Labs;

/// <summary>
/// The addresses of a lab. Only documentation prefixes (RFC 5737, RFC 3849), each with one role, so
/// that logs and captures explain themselves.
/// </summary>
/// <remarks>
/// 192.0.2.0/24 and 2001:db8:1::/64 are the client's local network, 203.0.113.0/25 and 2001:db8:3::/64 the VPN server's,
/// 198.51.100.0/25 and 2001:db8:5::/64 the internet, 198.51.100.128/26 and 2001:db8:7::/64 the inside of the tunnel,
/// 198.51.100.192/26 and 2001:db8:9::/64 the network behind a gateway, or of containers, 203.0.113.128/25 and
/// 2001:db8:b::/64 a second uplink.
/// </remarks>
public static class LabAddresses
{
    /// <summary>The client on its local network.</summary>
    public static AddressPair Client { get; } = new("192.0.2.100", "2001:db8:1::100");

    /// <summary>The ISP's router on the client's local network.</summary>
    public static AddressPair Router { get; } = new("192.0.2.1", "2001:db8:1::1");

    /// <summary>A hostile neighbour on the client's local network: the router's other name, at the far end of the link.</summary>
    public static AddressPair Neighbour { get; } = new("192.0.2.66", "2001:db8:1::66");

    /// <summary>A container that has a macvlan child of the client's card.</summary>
    public static AddressPair Child { get; } = new("192.0.2.101", "2001:db8:1::101");

    /// <summary>Everybody on the client's local network.</summary>
    public static IPAddress LanBroadcast { get; } = IPAddress.Parse("192.0.2.255");

    /// <summary>The client on a second uplink.</summary>
    public static AddressPair UplinkClient { get; } = new("203.0.113.200", "2001:db8:b::200");

    /// <summary>The ISP's router on a second uplink.</summary>
    public static AddressPair UplinkRouter { get; } = new("203.0.113.129", "2001:db8:b::1");

    /// <summary>The prefixes of a second uplink.</summary>
    public static IReadOnlyList<IPNetwork> Uplink { get; } =
        [IPNetwork.Parse("203.0.113.128/25"), IPNetwork.Parse("2001:db8:b::/64")];

    /// <summary>The resolver on the client's local network.</summary>
    public static AddressPair LanResolver { get; } = new("192.0.2.53", "2001:db8:1::53");

    /// <summary>The VPN's server, which is also a Tor relay.</summary>
    public static AddressPair VpnServer { get; } = new("203.0.113.10", "2001:db8:3::10");

    /// <summary>A second address of the VPN's server, to which it can move.</summary>
    public static IPAddress OtherVpnServer { get; } = IPAddress.Parse("203.0.113.11");

    /// <summary>The ISP's router on the VPN server's network.</summary>
    public static AddressPair VpnServerGateway { get; } = new("203.0.113.1", "2001:db8:3::1");

    /// <summary>A server on the internet, which is also a public resolver.</summary>
    public static AddressPair InternetServer { get; } = new("198.51.100.10", "2001:db8:5::10");

    /// <summary>The ISP's router on the internet server's network.</summary>
    public static AddressPair InternetGateway { get; } = new("198.51.100.1", "2001:db8:5::1");

    /// <summary>The client inside the tunnel.</summary>
    public static AddressPair TunnelClient { get; } = new("198.51.100.130", "2001:db8:7::2");

    /// <summary>The VPN's server inside the tunnel.</summary>
    public static AddressPair TunnelServer { get; } = new("198.51.100.129", "2001:db8:7::1");

    /// <summary>A gateway on the network behind it.</summary>
    public static AddressPair GatewayInside { get; } = new("198.51.100.193", "2001:db8:9::1");

    /// <summary>The machine behind a gateway.</summary>
    public static AddressPair Workstation { get; } = new("198.51.100.194", "2001:db8:9::2");

    /// <summary>The prefixes of the network behind a gateway.</summary>
    public static IReadOnlyList<IPNetwork> Inside { get; } =
        [IPNetwork.Parse("198.51.100.192/26"), IPNetwork.Parse("2001:db8:9::/64")];

    /// <summary>The prefixes of the client's local network.</summary>
    public static IReadOnlyList<IPNetwork> Lan { get; } =
        [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8:1::/64")];

    /// <summary>The prefixes inside the tunnel.</summary>
    public static IReadOnlyList<IPNetwork> Tunnel { get; } =
        [IPNetwork.Parse("198.51.100.128/26"), IPNetwork.Parse("2001:db8:7::/64")];

    /// <summary>Hardware address of the client's physical interface.</summary>
    public const string ClientMac = "02:00:c0:00:02:64";

    /// <summary>Hardware address of the router's end of the client's link: the capture point.</summary>
    public const string RouterMac = "02:00:c0:00:02:01";

    /// <summary>Hardware address of a macvlan child of the client's card.</summary>
    public const string ChildMac = "02:00:c0:00:02:65";

    /// <summary>Hardware address of the client's end of a second uplink.</summary>
    public const string UplinkClientMac = "02:00:cb:00:71:c8";

    /// <summary>Hardware address of the router's end of a second uplink.</summary>
    public const string UplinkRouterMac = "02:00:cb:00:71:81";

    /// <summary>Port of the VPN, and of the Tor relay that shares it.</summary>
    public const int VpnPort = 1194;
}
