// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging.Rules;

/// <summary>One part of the policy. It sees only frames without a defect, a VLAN tag or a trailer, from the client's
/// own address on the link, that do not name an address of the tunnel.</summary>
internal interface IAllowRule
{
    /// <summary>What a frame is on the list by, when this rule accepts it.</summary>
    AllowedReason Reason { get; }

    /// <summary>Whether a frame that carries a probe's nonce may be accepted: only where any user may send, or where the
    /// sender is proved.</summary>
    bool AcceptsProbes { get; }

    /// <summary>Whether the frame is on the list.</summary>
    /// <param name="frame">A frame; when it is a fragment, the first one.</param>
    /// <param name="why">When it is not, although it resembles one that is: what speaks against it.</param>
    bool Accepts(in FrameFacts frame, out string? why);
}
