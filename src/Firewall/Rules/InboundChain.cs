// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>
/// What may come in at all, before connections are tracked. Linux answers for any of its addresses on any interface, and
/// tracks connections without regard to interfaces; a neighbour uses that to find the tunnel's address and its
/// connections with forged packets (CVE-2019-14899). Here an address is only heard on its own interface.
/// </summary>
internal static class InboundChain
{
    private const string Hook = "type filter hook prerouting priority raw; policy drop;";

    public static Chain Build(EgressPolicy policy)
    {
        return new Chain("inbound", Hook,
        [
            "iifname \"lo\" counter accept",
            $"{Match.FromTunnel(policy)}counter accept",
            .. policy.InternalInterfaces.Select(client => $"iifname {Match.Name(client)}counter accept"),
            "fib daddr . iif type { local, broadcast, multicast } counter accept",
            "counter drop",
        ]);
    }
}
