// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>Compiles the egress policy to rules.</summary>
public static class RulesetCompiler
{
    /// <summary>
    /// The ruleset that enforces <paramref name="policy"/>. docs/firewall.md tells of each chain why each rule is
    /// there.
    /// </summary>
    public static Ruleset Compile(EgressPolicy policy)
    {
        List<Chain> chains =
        [
            .. MayLeaveChain.BuildAll(policy),
            InboundChain.Build(policy),
            InputChain.Build(policy),
            ForwardChain.Build(policy),
            OutputChain.Build(policy.LogRefused),
            GuardChain.Build(policy),
        ];
        if (policy.Forwarding)
        {
            chains.Add(ClientsNatChain.Build(policy));
        }

        if (!policy.ClientDns.IsEmpty)
        {
            chains.Add(ClientsDnsChain.Build(policy));
        }

        return new Ruleset([.. chains], SecondWall.Compile(policy));
    }
}
