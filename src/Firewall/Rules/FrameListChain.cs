// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>
/// The list of what may leave, once more, of frames. What is not accepted here returns to the refusal.
/// </summary>
/// <remarks>
/// A control group cannot be asked here, and a connection's state neither. Fragments are seen as they are sent: a later
/// one is known by its sender and its addresses.
/// </remarks>
internal static class FrameListChain
{
    /// <summary>The chain's name.</summary>
    public const string Name = "may_leave";

    /// <summary>
    /// Exactly Ethernet's form of RFC 826, with nothing behind it. That it names addresses of this link alone is the
    /// work of arp_announce and arp_ignore.
    /// </summary>
    private const string Arp =
        "arp htype 1 arp ptype ip arp hlen 6 arp plen 4 arp operation { request, reply } meta length 42 counter accept";

    public static Chain Build(EgressPolicy policy)
    {
        return new Chain(Name, Hook: null,
        [
            "ip hdrlength != 5 counter return comment \"options can route elsewhere\"",
            "exthdr rt exists counter return comment \"routing headers can route elsewhere\"",
            .. Transport(policy),
            .. policy.Management.Select(access => Match.ManagementAnswer(access) + "counter accept"),
            .. MayLeaveChain.LocalDns(policy),
            .. MayLeaveChain.LocalNetworks(policy),
            .. MayLeaveChain.Dhcp(policy),
            .. MayLeaveChain.NeighbourDiscovery(policy),
            Arp,
        ]);
    }

    private static IEnumerable<string> Transport(EgressPolicy policy)
    {
        var sender = Match.Identity(policy.Identity with { Cgroup = null });
        if (policy.Servers.IsEmpty && sender.Length > 0)
        {
            yield return sender + "meta protocol { ip, ip6 } counter accept";
        }

        foreach (var server in policy.Servers)
        {
            var to = sender + Match.Host("daddr", server.Address);
            yield return $"{to}{Match.Transport(server, "dport")}counter accept";
            if (server.Port is not null)
            {
                yield return to + string.Create(CultureInfo.InvariantCulture, $"meta l4proto {(byte)server.Protocol} ")
                    + Match.LaterFragment(server.Address) + "counter accept";
            }
        }
    }
}
