// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>What of this machine's interfaces does not go with the policy.</summary>
/// <param name="links">The interfaces of this machine.</param>
public sealed class UplinkFacts(MachineLinks links)
{
    /// <summary>What will stop working, or be seen by neighbours, and which key mends it.</summary>
    public IEnumerable<string> Warnings(EgressPolicy policy)
    {
        var addresses = links.Addresses();
        var uplinks = addresses.Where(address => policy.IsPhysical(address.Interface)).ToList();
        var leased = uplinks.FirstOrDefault(uplink =>
            uplink.IsDynamic && uplink.Address.AddressFamily == AddressFamily.InterNetwork);
        if (leased is not null && !policy.AllowDhcp)
        {
            yield return $"{leased.Interface} has its address by DHCP, which the rules stop from being renewed; set DHCP=true";
        }

        var wireless = uplinks.Select(uplink => uplink.Interface)
            .FirstOrDefault(name => Directory.Exists(Path.Combine(links.Folder, name, "phy80211")));
        if (wireless is not null && !policy.AllowEapol)
        {
            yield return $"{wireless} is a wireless interface, and logging in to its network may be stopped; set EAPOL=true";
        }

        var tunnels = addresses.Where(address => address.IsOfTunnel(policy));
        foreach (var shared in uplinks.IntersectBy(tunnels.Select(tunnel => tunnel.Address), uplink => uplink.Address))
        {
            yield return $"{shared.Interface} has the tunnel's address {shared.Address} as well, so frames may name it, "
                + "and neighbours see it";
        }

        // The second wall sees a frame on the bridge, and once more on the port.
        foreach (var bridge in links.Names().Where(name => policy.InternalInterfaces.Any(pattern => pattern.Matches(name))))
        {
            if (PhysicalPorts(policy, bridge) is { Count: > 0 } ports)
            {
                yield return $"{bridge}, which is the clients' interface to the rules, is a bridge: what goes to clients by its port "
                    + $"{string.Join(", ", ports)} is dropped there; if nobody but clients is behind it, add the port to INT_IF";
            }
        }

        foreach (var warning in Unreachable(policy))
        {
            yield return warning;
        }
    }

    /// <summary>What is bound to a bridge and to none of its ports, where the second wall asks once more.</summary>
    private IEnumerable<string> Unreachable(EgressPolicy policy)
    {
        var bound = policy.LocalNetworks.Where(local => !policy.LocalNetworks.Contains(local with { Interface = null })).ToList();
        return Unreachable(policy, "SSH_FROM", policy.Management, access => access.Interface, (access, port) => access with { Interface = port })
            .Concat(Unreachable(policy, "LOCAL_NET", bound, local => local.Interface!, (local, port) => local with { Interface = port }));
    }

    private IEnumerable<string> Unreachable<T>(
        EgressPolicy policy, string key, IReadOnlyCollection<T> entries, Func<T, string> interfaceOf, Func<T, string, T> boundTo)
    {
        foreach (var entry in entries)
        {
            var ofPorts = PhysicalPorts(policy, interfaceOf(entry)).ConvertAll(port => boundTo(entry, port));
            if (ofPorts.Count > 0 && !ofPorts.Exists(entries.Contains))
            {
                yield return $"{key}: {entry} names a bridge, and what goes there is dropped at its port; "
                    + $"add the port's entry: {string.Join(" or ", ofPorts)}";
            }
        }
    }

    private List<string> PhysicalPorts(EgressPolicy policy, string bridge) => [.. links.PortsOf(bridge).Where(policy.IsPhysical)];

    /// <summary>Where the policy itself leaves the machine open, whatever the rules and whichever backend has them.</summary>
    public IEnumerable<string> Breaches(EgressPolicy policy)
    {
        // Of another kind than is asked for, it is none of the tunnel's to the rules.
        var physical = policy.TunnelInterfaceKind is null ? links.Names().Where(policy.TunnelInterface.Matches).Where(links.IsUplink) : [];
        foreach (var name in physical)
        {
            yield return $"{name}, which is the tunnel's interface to the rules, is a network card, a bridge or a bond: "
                + "WHATEVER LEAVES BY IT LEAVES IN THE CLEAR; mend VPN_INTERFACE";
        }

        var internals = policy.InternalInterfaces.IsEmpty ? [] : links.DefaultRoutes();
        foreach (var name in internals.Where(name => policy.InternalInterfaces.Any(pattern => pattern.Matches(name))))
        {
            yield return $"{name}, which is the clients' interface to the rules, has a default route: if it is an uplink, "
                + "WHAT GOES TO CLIENTS LEAVES BY IT IN THE CLEAR; mend INT_IF";
        }
    }
}
