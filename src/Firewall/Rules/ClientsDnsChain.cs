// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>
/// Sends a gateway's clients' questions to the resolver inside the tunnel, whichever resolver they are addressed to: on
/// Qubes OS clients ask addresses that nobody has.
/// </summary>
internal static class ClientsDnsChain
{
    // Before the priority that others use: the first translation of a connection is the only one. What is translated is
    // judged as it then is, by the forward chain.
    private const string Hook = "type nat hook prerouting priority dstnat - 5; policy accept;";

    private static readonly string[] Protocols = ["udp", "tcp"];

    public static Chain Build(EgressPolicy policy)
    {
        var rules =
            from client in policy.InternalInterfaces
            from resolver in policy.ClientDns
            from protocol in Protocols
            let family = Match.IsIPv6(resolver) ? "ip6" : "ip"
            let number = Match.IsIPv6(resolver) ? "ipv6" : "ipv4"
            select $"iifname {Match.Name(client)}meta nfproto {number} {protocol} dport 53 "
                + $"counter dnat {family} to {AddressText.Of(resolver)}";
        return new Chain("clients_dns", Hook, [.. rules]);
    }
}
