// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>
/// Gives a gateway's clients the tunnel's address, and only where they enter the tunnel. Masquerading elsewhere would
/// give a leaking packet a source that is routed.
/// </summary>
internal static class ClientsNatChain
{
    // This chain translates and refuses nothing, so its policy accepts; the verdicts are the other chains'.
    private const string Hook = "type nat hook postrouting priority srcnat; policy accept;";

    public static Chain Build(EgressPolicy policy)
    {
        return new Chain("clients_nat", Hook,
        [
            .. policy.InternalInterfaces.Select(client => $"{Match.IntoTunnel(policy, client)}counter masquerade"),
        ]);
    }
}
