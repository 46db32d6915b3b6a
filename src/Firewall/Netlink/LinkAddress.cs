// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>An address of an interface of this machine.</summary>
/// <param name="Interface">The interface's name.</param>
/// <param name="Address">The address.</param>
/// <param name="IsDynamic">Whether it was given for a time, as by DHCP (not IFA_F_PERMANENT).</param>
public sealed record LinkAddress(string Interface, IPAddress Address, bool IsDynamic)
{
    /// <summary>
    /// Whether it gives the tunnel away. Link-local addresses are each interface's own business, and the tunnel's may be
    /// another link's as well.
    /// </summary>
    public bool IsOfTunnel(EgressPolicy policy) => policy.TunnelInterface.Matches(Interface) && !Address.IsIPv6LinkLocal;
}
