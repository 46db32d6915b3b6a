// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging;

/// <summary>Names the kind of a leak. The first that fits, from the most telling to the plainest.</summary>
internal sealed class LeakClassifier(EgressPolicy policy, WireFacts wire)
{
    public LeakClass Classify(in FrameFacts frame)
    {
        if (frame.Ip is { } ip)
        {
            return ClassifyIp(frame, ip);
        }

        if (frame.Arp is { } arp)
        {
            return wire.IsTunnel(arp.Sender) || wire.IsTunnel(arp.Target)
                ? LeakClass.TunnelAddressNamed
                : LeakClass.LinkControl;
        }

        return frame switch
        {
            { VlanTags: > 0 } => LeakClass.Vlan,
            { Defect: not null } => LeakClass.Malformed,
            _ => LeakClass.NonIp,
        };
    }

    private LeakClass ClassifyIp(in FrameFacts frame, IpFacts ip)
    {
        if (wire.IsTunnel(ip.Source))
        {
            return LeakClass.TunnelSourceAddress;
        }

        if (wire.IsTunnel(ip.Destination) || (frame.Icmp?.Discovery?.Target is { } target && wire.IsTunnel(target)))
        {
            return LeakClass.TunnelAddressNamed;
        }

        return frame switch
        {
            { VlanTags: > 0 } => LeakClass.Vlan,
            _ when IpProtocols.IsDns(frame.DestinationPort) => LeakClass.Dns,
            _ when policy.Servers.Any(server => server.Address.Equals(ip.Destination)) => LeakClass.SharedVpnServer,
            _ when ip.Fragment is { Offset: > 0 } => LeakClass.Fragment,
            _ when IsLinkControl(frame) => LeakClass.LinkControl,
            _ when ip.IsMulticast => LeakClass.Multicast,
            { Defect: not null } or { HasTrailer: true } => LeakClass.Malformed,
            _ when ip.HasOptions && ip.Version == 6 => LeakClass.OtherProtocol,
            _ when !IsCommon(ip) => LeakClass.OtherProtocol,
            _ => LeakClass.Direct,
        };
    }

    private static bool IsLinkControl(in FrameFacts frame)
    {
        return frame.Icmp?.Discovery is not null
            || (frame.Ip is { Protocol: IpProtocols.Udp } && frame.DestinationPort is 67 or 68 or 546 or 547);
    }

    private static bool IsCommon(IpFacts ip)
    {
        return ip.Protocol is IpProtocols.Tcp or IpProtocols.Udp
            || ip.Protocol == (ip.Version == 4 ? IpProtocols.Icmp : IpProtocols.IcmpV6);
    }
}
