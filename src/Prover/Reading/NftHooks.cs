// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Names of hooks.</summary>
internal static class NftHooks
{
    /// <summary>The hook of a name.</summary>
    /// <exception cref="UnreadableException">There is no such hook.</exception>
    public static Hook Parse(string name) => name switch
    {
        "ingress" => Hook.Ingress,
        "prerouting" => Hook.Prerouting,
        "input" => Hook.Input,
        "forward" => Hook.Forward,
        "output" => Hook.Output,
        "postrouting" => Hook.Postrouting,
        "egress" => Hook.Egress,
        _ => throw new UnreadableException($"hook {name}"),
    };
}
