// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging.Rules;

/// <summary>The tunnel's transport: to a listed server, and the tunnel's own by the oracle's word.</summary>
internal sealed class TransportRule(EgressPolicy policy, WireFacts wire, ITransportOracle oracle) : IAllowRule
{
    public AllowedReason Reason => AllowedReason.Transport;

    // An oracle that authenticates says itself of a probe that it is none of the tunnel's, and why.
    public bool AcceptsProbes => oracle is ISettlingTransport;

    public bool Accepts(in FrameFacts frame, out string? why)
    {
        why = null;
        return frame.Ip is { HasOptions: false } ip
            && wire.IsOwn(ip.Source)
            && IsListed(frame, ip)
            && oracle.IsTransport(frame, out why);
    }

    private bool IsListed(in FrameFacts frame, IpFacts ip)
    {
        foreach (var server in policy.Servers)
        {
            if ((byte)server.Protocol == ip.Protocol
                && server.Port == frame.DestinationPort
                && server.Address.Equals(ip.Destination))
            {
                return true;
            }
        }

        return policy.Servers.IsEmpty; // Any address is listed then; the oracle alone decides.
    }
}
