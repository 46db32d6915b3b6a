// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging.Rules;

/// <summary>
/// Answers of a service that may be reached in the clear: from its port, to who may reach it, and never the first packet of
/// a connection.
/// </summary>
internal sealed class ManagementRule(EgressPolicy policy, WireFacts wire) : IAllowRule
{
    public AllowedReason Reason => AllowedReason.Management;

    public bool AcceptsProbes => true;

    public bool Accepts(in FrameFacts frame, out string? why)
    {
        why = null;
        if (frame is not { Ip: { HasOptions: false, Fragment: null, Protocol: IpProtocols.Tcp } ip, TcpFlags: { } flags }
            || !wire.IsOwn(ip.Source)
            || !IsService(frame, ip))
        {
            return false;
        }

        why = (flags & TcpFlag.SynAck) == TcpFlag.Syn ? "the service opens a connection itself" : null;
        return why is null;
    }

    private bool IsService(in FrameFacts frame, IpFacts ip)
    {
        foreach (var access in policy.Management)
        {
            if (access.Port == frame.SourcePort
                && access.Interface == wire.Interface
                && access.Network.BaseAddress.AddressFamily == ip.Destination.AddressFamily
                && access.Network.Contains(ip.Destination))
            {
                return true;
            }
        }

        return false;
    }
}
