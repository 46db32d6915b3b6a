// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging.Rules;

/// <summary>
/// What a supplicant sends to log in to a network (IEEE 802.1X): to the port access group, which no bridge forwards, or to
/// one station, as to an access point. Never to all.
/// </summary>
internal sealed class EapolRule(EgressPolicy policy) : IAllowRule
{
    /// <summary>The port access entity's group (IEEE 802.1X, clause 11.1.1).</summary>
    private static readonly MacAddress PortAccess = MacAddress.Parse("01:80:c2:00:00:03");

    public AllowedReason Reason => AllowedReason.Eapol;

    public bool AcceptsProbes => false;

    public bool Accepts(in FrameFacts frame, out string? why)
    {
        why = null;
        return policy.AllowEapol
            && frame.EtherType == EtherTypes.Eapol
            && (frame.Destination == PortAccess || !frame.Destination.IsGroup);
    }
}
