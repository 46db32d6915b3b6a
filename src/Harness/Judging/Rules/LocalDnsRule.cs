// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging.Rules;

/// <summary>The resolvers that may be asked in the clear, on DNS's ports and no other.</summary>
internal sealed class LocalDnsRule(EgressPolicy policy, WireFacts wire) : IAllowRule
{
    public AllowedReason Reason => AllowedReason.LocalDns;

    public bool AcceptsProbes => true;

    public bool Accepts(in FrameFacts frame, out string? why)
    {
        why = null;
        return frame.Ip is { HasOptions: false, Protocol: IpProtocols.Tcp or IpProtocols.Udp } ip
            && IpProtocols.IsDns(frame.DestinationPort)
            && wire.IsOwn(ip.Source)
            && policy.LocalDns.Contains(ip.Destination);
    }
}
