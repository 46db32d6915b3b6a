// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging.Rules;

/// <summary>
/// Local networks, but never DNS. Only protocols whose content the judge can read to its ports: a tunnel to a neighbour
/// could carry DNS. Neighbour discovery has a rule of its own.
/// </summary>
internal sealed class LocalNetworkRule(EgressPolicy policy, WireFacts wire) : IAllowRule
{
    public AllowedReason Reason => AllowedReason.LocalNetwork;

    public bool AcceptsProbes => true;

    public bool Accepts(in FrameFacts frame, out string? why)
    {
        why = null;
        if (frame.Ip is not { HasOptions: false } ip || !wire.IsOwn(ip.Source) || !IsLocal(ip))
        {
            return false;
        }

        if (IpProtocols.IsDns(frame.DestinationPort))
        {
            why = "local networks exclude DNS";
            return false;
        }

        return (ip.Version, ip.Protocol) switch
        {
            (_, IpProtocols.Tcp or IpProtocols.Udp) => frame.DestinationPort is not null,
            (4, IpProtocols.Icmp) or (6, IpProtocols.IcmpV6) => frame.Icmp is { Discovery: null },
            _ => false,
        };
    }

    private bool IsLocal(IpFacts ip)
    {
        foreach (var local in policy.LocalNetworks)
        {
            if ((local.Interface is null || local.Interface == wire.Interface)
                && local.Network.BaseAddress.AddressFamily == ip.Destination.AddressFamily
                && local.Network.Contains(ip.Destination))
            {
                return true;
            }
        }

        return false;
    }
}
