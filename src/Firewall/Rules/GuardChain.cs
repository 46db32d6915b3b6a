// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>
/// The same list once more, behind the last routing decision. When another table changes a packet's mark or
/// destination, the kernel routes it again after the output chain's rules saw the old interface; here it is the real
/// one.
/// </summary>
internal static class GuardChain
{
    /// <summary>Where the kernel calls the chain: after source NAT, where packets are as they will be sent.</summary>
    public const string Hook = "type filter hook postrouting priority srcnat + 10; policy drop;";

    public static Chain Build(EgressPolicy policy)
    {
        return new Chain("guard", Hook,
        [
            .. policy.InternalInterfaces.Select(client => ForwardChain.FromTunnel(policy, client)),
            $"jump {MayLeaveChain.GuardName(policy)}",
            .. FinalVerdict.Drop("rerouted", policy.LogRefused),
        ]);
    }
}
