// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Tunnels;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Firewalls;

/// <summary>What a firewall under test is told: the variables of the contract, and a configuration file with the same.</summary>
public static class FirewallFacts
{
    /// <summary>Writes the configuration file and gives the variables.</summary>
    /// <param name="configurationPath">Where the file is written.</param>
    /// <param name="clear">What may go in the clear besides the tunnel.</param>
    /// <param name="topology">Whether it closes a gateway.</param>
    /// <param name="transport">What carries the tunnel: TCP or UDP.</param>
    public static IReadOnlyDictionary<string, string> Write(
        string configurationPath,
        ClearTraffic clear,
        Topology topology = Topology.Host,
        TransportProtocol transport = TransportProtocol.Udp)
    {
        var isGateway = topology == Topology.Gateway;
        File.WriteAllText(configurationPath, Configuration(clear, topology, transport));
        return new Dictionary<string, string>
        {
            ["LV_PHYSICAL_IF"] = HostLab.PhysicalInterface,
            ["LV_TUNNEL_IF"] = ITunnel.Interface,
            ["LV_SERVER_IP"] = LabAddresses.VpnServer.IPv4.ToString(),
            ["LV_SERVER_IP6"] = LabAddresses.VpnServer.IPv6.ToString(),
            ["LV_SERVER_PORT"] = LabAddresses.VpnPort.ToString(CultureInfo.InvariantCulture),
            ["LV_SERVER_PROTO"] = Name(transport),
            ["LV_TUNNEL_UID"] = ITunnel.Uid.ToString(CultureInfo.InvariantCulture),
            ["LV_LOCAL_NET"] = clear.LocalNet,
            ["LV_SSH_FROM"] = clear.SshFrom,
            ["LV_DHCP"] = Name(clear.HasDhcp),
            ["LV_FORWARDING"] = Name(isGateway),
            ["LV_INTERNAL_IF"] = isGateway ? InternalNetwork.Interface : "",
            ["LV_CONFIG"] = configurationPath,
        };
    }

    /// <summary>The text of the configuration file: the policy by which frames are judged, too.</summary>
    public static string Configuration(
        ClearTraffic clear, Topology topology = Topology.Host, TransportProtocol transport = TransportProtocol.Udp)
    {
        var forwarding = topology == Topology.Gateway ? $"FORWARDING=true\nINT_IF={InternalNetwork.Interface}" : "FORWARDING=false";
        var port = string.Create(CultureInfo.InvariantCulture, $"{LabAddresses.VpnPort}/{Name(transport)}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            VPN_INTERFACE={ITunnel.Interface}
            TUNNEL_USER={ITunnel.Uid}
            VPN_SERVERS="{LabAddresses.VpnServer.IPv4}:{port} [{LabAddresses.VpnServer.IPv6}]:{port}"
            LOCAL_NET="{clear.LocalNet}"
            SSH_FROM="{clear.SshFrom}"
            DHCP={Name(clear.HasDhcp)}
            {forwarding}

            """);
    }

    private static string Name(bool isSo) => isSo ? "true" : "false";

    private static string Name(TransportProtocol transport) => transport == TransportProtocol.Tcp ? "tcp" : "udp";
}
