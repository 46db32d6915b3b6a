// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging.Rules;

/// <summary>
/// Address resolution among neighbours. To ask for an address that is not on the link is a leak of its own (the target
/// of TunnelCrack, CVE-2023-36672), and so is to answer for an address of the tunnel (MLLVD-CR-24-03).
/// </summary>
internal sealed class ArpRule(WireFacts wire) : IAllowRule
{
    private const ushort Request = 1;
    private const ushort Reply = 2;

    public AllowedReason Reason => AllowedReason.Arp;

    public bool AcceptsProbes => false;

    public bool Accepts(in FrameFacts frame, out string? why)
    {
        why = null;
        return frame.Arp is { Operation: Request or Reply } arp
            && arp.SenderHardware == frame.Source
            && (wire.IsOwn(arp.Sender) || (arp.Operation == Request && WireFacts.IsUnspecified(arp.Sender)))
            && wire.IsOnLink(arp.Target);
    }
}
