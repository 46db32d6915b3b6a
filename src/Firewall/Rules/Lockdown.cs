// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Rules;

/// <summary>
/// The closed state: loopback and nothing else, not even the tunnel. It needs no configuration, so that a machine whose
/// configuration is wrong is closed all the same.
/// </summary>
public static class Lockdown
{
    /// <summary>The ruleset.</summary>
    public static Ruleset Ruleset { get; } = new(
    [
        new Chain(MayLeaveChain.Name, Hook: null, ["oifname \"lo\" counter accept"]),
        new Chain("input", InputChain.Hook, ["iifname \"lo\" counter accept", .. FinalVerdict.Drop("input", isLogged: true)]),
        new Chain("forward", ForwardChain.Hook, [.. FinalVerdict.Reject("forward", isLogged: true)]),
        OutputChain.Build(isLogged: true),
        new Chain("guard", GuardChain.Hook, [$"jump {MayLeaveChain.Name}", .. FinalVerdict.Drop("rerouted", isLogged: true)]),
    ],
    SecondWall.Lockdown);
}
