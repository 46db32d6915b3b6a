// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>What this machine's uplinks need that the policy does not list.</summary>
/// <param name="links">The interfaces of this machine.</param>
public sealed class UplinkFacts(MachineLinks links)
{
    /// <summary>What will stop working, and which key mends it.</summary>
    public IEnumerable<string> Warnings(EgressPolicy policy)
    {
        var uplinks = links.Addresses().Where(address => policy.IsPhysical(address.Interface)).ToList();
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
    }
}
