// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging.Rules;

/// <summary>
/// The solicitations and advertisements of a host (RFC 4861), about addresses of the link only, and only where the
/// policy has an IPv6 destination.
/// </summary>
internal sealed class NeighbourDiscoveryRule(EgressPolicy policy, WireFacts wire) : IAllowRule
{
    /// <summary>What a receiver insists on, so that it was not forwarded (RFC 4861, section 7.1).</summary>
    private const byte HopLimit = 255;

    private static readonly IPAddress AllNodes = IPAddress.Parse("ff02::1");
    private static readonly IPAddress AllRouters = IPAddress.Parse("ff02::2");

    /// <summary>ff02:0:0:0:0:1:ff00::/104 (RFC 4291, section 2.7.1).</summary>
    private static readonly IPNetwork SolicitedNodes = IPNetwork.Parse("ff02::1:ff00:0/104");

    public AllowedReason Reason => AllowedReason.NeighbourDiscovery;

    public bool AcceptsProbes => false;

    public bool Accepts(in FrameFacts frame, out string? why)
    {
        why = null;
        return policy.AllowNeighbourDiscovery
            && frame.Ip is { Version: 6, HasOptions: false, Fragment: null, HopLimit: HopLimit } ip
            && frame.Icmp is { Code: 0, Discovery: { HasForeignOption: false } discovery } icmp
            && IsSource(ip.Source, icmp.Type)
            && (icmp.Type switch
            {
                IcmpFacts.RouterSolicitation => ip.Destination.Equals(AllRouters),
                IcmpFacts.NeighbourSolicitation => IsTarget(discovery.Target) && IsAsked(ip.Destination, discovery),
                IcmpFacts.NeighbourAdvertisement => IsClaimed(discovery.Target) && IsAnswered(ip.Destination),
                _ => false,
            });
    }

    private bool IsSource(IPAddress source, byte type)
    {
        var isDetection = WireFacts.IsUnspecified(source) && type != IcmpFacts.NeighbourAdvertisement;
        return isDetection || source.IsIPv6LinkLocal || wire.IsOwn(source);
    }

    private bool IsTarget(IPAddress? target)
    {
        return target is { IsIPv6Multicast: false } && wire.IsOnLink(target);
    }

    private bool IsClaimed(IPAddress? target)
    {
        return IsTarget(target) && (target!.IsIPv6LinkLocal || wire.IsOwn(target));
    }

    private static bool IsAsked(IPAddress destination, DiscoveryFacts discovery)
    {
        if (!destination.IsIPv6Multicast)
        {
            return destination.Equals(discovery.Target);
        }

        // The group is that of the target: the last three bytes agree (RFC 4291, section 2.7.1).
        return SolicitedNodes.Contains(destination)
            && destination.GetAddressBytes().AsSpan(13).SequenceEqual(discovery.Target!.GetAddressBytes().AsSpan(13));
    }

    private bool IsAnswered(IPAddress destination)
    {
        return destination.Equals(AllNodes) || (!destination.IsIPv6Multicast && wire.IsOnLink(destination));
    }
}
