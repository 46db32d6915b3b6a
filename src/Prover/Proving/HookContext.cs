// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>What a hook tells its chains.</summary>
/// <param name="Hook">The hook.</param>
/// <param name="InInterface">The field of the input interface; null: none.</param>
/// <param name="OutInterface">The field of the output interface; null: none.</param>
/// <param name="IsTracked">Whether connection tracking has seen the packet for sure.</param>
internal sealed record HookContext(Hook Hook, Field? InInterface, Field? OutInterface, bool IsTracked)
{
    /// <summary>Conntrack's place in output and prerouting (linux/netfilter_ipv4.h, NF_IP_PRI_CONNTRACK).</summary>
    public const int ConntrackPriority = -200;

    /// <summary>What a chain of a path is told.</summary>
    public static HookContext Of(PathKind path, BaseChain chain)
    {
        var from = path == PathKind.Forward ? Field.InInterface : (Field?)null;
        return chain.Hook switch
        {
            Hook.Prerouting => new(Hook.Prerouting, Field.InInterface, null, chain.Priority > ConntrackPriority),
            Hook.Output => new(Hook.Output, null, Field.OutInterface, chain.Priority > ConntrackPriority),
            // Since 5.7 postrouting is told the input interface of a forwarded packet (net/ipv4/ip_output.c).
            Hook.Forward or Hook.Postrouting => new(chain.Hook, from, Field.RoutedInterface, true),
            _ => new(chain.Hook, null, Field.RoutedInterface, false),
        };
    }
}
