// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy.Configuration;

/// <summary>The keys of a configuration file. The first five are those of adrelanos/vpn-firewall.</summary>
public static class ConfigurationKeys
{
    /// <summary>The tunnel's interface, <c>tun0</c> by default, or a prefix (<c>tun+</c>).</summary>
    public const string VpnInterface = "VPN_INTERFACE";

    /// <summary>Networks that may be reached in the clear; none by default.</summary>
    public const string LocalNet = "LOCAL_NET";

    /// <summary>Name or number of the user under which the VPN runs, <c>tunnel</c> by default.</summary>
    public const string TunnelUser = "TUNNEL_USER";

    /// <summary>Interfaces of a gateway's clients, <c>eth1</c> by default; used with FORWARDING=true.</summary>
    public const string InternalInterface = "INT_IF";

    /// <summary><c>true</c>: this machine forwards its clients' traffic into the tunnel.</summary>
    public const string Forwarding = "FORWARDING";

    /// <summary>The VPN's servers: <c>203.0.113.10:1194/udp [2001:db8::10]:443/tcp 203.0.113.10/gre</c>.</summary>
    public const string VpnServers = "VPN_SERVERS";

    /// <summary>Resolvers on a local network that may be asked in the clear; none by default.</summary>
    public const string LocalDns = "LOCAL_DNS";

    /// <summary><c>true</c>: a DHCP client may talk in the clear; <c>false</c> by default.</summary>
    public const string Dhcp = "DHCP";

    /// <summary>Kind of link that the tunnel's interface must be (<c>tun</c>, <c>wireguard</c>, …); any by default.</summary>
    public const string VpnInterfaceKind = "VPN_INTERFACE_KIND";

    /// <summary>Firewall mark of the tunnel's packets: <c>0xca6c</c> or <c>0x10000/0xff0000</c>.</summary>
    public const string TunnelMark = "TUNNEL_MARK";

    /// <summary>Control group of the VPN's process: <c>vpn.slice</c>.</summary>
    public const string TunnelCgroup = "TUNNEL_CGROUP";

    /// <summary><c>true</c>: IEEE 802.1X and WPA may log in to a network; <c>false</c> by default.</summary>
    public const string Eapol = "EAPOL";

    /// <summary>Who may reach which TCP port of this machine in the clear: <c>192.168.1.0/24@eth0:22</c>.</summary>
    public const string SshFrom = "SSH_FROM";

    /// <summary>Resolvers inside the tunnel to which a gateway's clients' DNS is redirected.</summary>
    public const string ClientDns = "CLIENT_DNS";

    /// <summary><c>false</c>: what is refused is not logged.</summary>
    public const string Log = "LOG";

    /// <summary>Configurations of OpenVPN clients, from which servers are read too.</summary>
    public const string OpenVpnConfig = "OPENVPN_CONFIG";

    /// <summary>Files of wg-quick, from which endpoints, mark and interface are read too.</summary>
    public const string WireGuardConfig = "WIREGUARD_CONFIG";

    /// <summary><c>true</c>: <c>start</c> may look up the host names that those files have, in the clear.</summary>
    public const string Resolve = "RESOLVE";

    /// <summary>Every key.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        VpnInterface, LocalNet, TunnelUser, InternalInterface, Forwarding,
        VpnServers, LocalDns, Dhcp,
        VpnInterfaceKind, TunnelMark, TunnelCgroup, Eapol, SshFrom, ClientDns, Log,
        OpenVpnConfig, WireGuardConfig, Resolve,
    ];
}
