// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Judging.Rules;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging;

/// <summary>The policy as the judge reads it: a frame is on the list by one of its rules, or it is a leak.</summary>
internal sealed class AllowList(EgressPolicy policy, WireFacts wire, ITransportOracle oracle)
{
    private readonly FragmentTracker _fragments = new();
    private readonly IAllowRule[] _rules =
    [
        new TransportRule(policy, wire, oracle),
        new ArpRule(wire),
        new NeighbourDiscoveryRule(policy, wire),
        new DhcpRule(policy, wire),
        new LocalDnsRule(policy, wire),
        new LocalNetworkRule(policy, wire),
        new ManagementRule(policy, wire),
        new EapolRule(policy),
    ];

    /// <summary>What the frame is on the list by; null: it is a leak.</summary>
    /// <param name="frame">The next frame, in the order of the wire.</param>
    /// <param name="why">What speaks against a frame that resembles one on the list; null: it resembles none.</param>
    public AllowedReason? Find(in FrameFacts frame, out string? why)
    {
        why = frame.Defect;
        if (!IsWellFormed(frame) || NamesTunnel(frame))
        {
            return null;
        }

        if (frame.Ip is { Fragment.Offset: > 0 } later)
        {
            return ContinueFragment(frame, later);
        }

        foreach (var rule in _rules)
        {
            if ((frame.Nonce is null || rule.AcceptsProbes) && Accepts(rule, frame, ref why))
            {
                if (frame.Ip is { } ip)
                {
                    _fragments.Begin(ip, rule.Reason);
                }

                return rule.Reason;
            }
        }

        return null;
    }

    private static bool Accepts(IAllowRule rule, in FrameFacts frame, ref string? why)
    {
        var isAccepted = rule.Accepts(frame, out var objection);
        why = isAccepted ? null : why ?? objection;
        return isAccepted;
    }

    private AllowedReason? ContinueFragment(in FrameFacts frame, IpFacts ip)
    {
        var reason = _fragments.Continue(ip);
        var isProbe = frame.Nonce is not null;
        return isProbe && !_rules.Any(rule => rule.Reason == reason && rule.AcceptsProbes) ? null : reason;
    }

    private bool IsWellFormed(in FrameFacts frame)
    {
        return frame is { Defect: null, VlanTags: 0, HasTrailer: false }
            && (wire.ClientMac is null || wire.ClientMac == frame.Source);
    }

    private bool NamesTunnel(in FrameFacts frame)
    {
        return (frame.Ip is { } ip && (wire.IsTunnel(ip.Source) || wire.IsTunnel(ip.Destination)))
            || (frame.Arp is { } arp && (wire.IsTunnel(arp.Sender) || wire.IsTunnel(arp.Target)))
            || (frame.Icmp?.Discovery?.Target is { } target && wire.IsTunnel(target));
    }
}
