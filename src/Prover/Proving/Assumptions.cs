// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>What an answer takes for granted. Nothing is assumed in silence.</summary>
internal static class Assumptions
{
    /// <summary>The sentences that belong to a question.</summary>
    public static ImmutableArray<string> Of(
        LoadedRuleset loaded, EgressPolicy policy, ProofOptions options, bool hasEgress)
    {
        var list = ImmutableArray.CreateBuilder<string>();
        list.Add("The rules stay as they were read; before they are loaded and while they are replaced nothing is shown.");
        list.Add("Only this network namespace has the physical interfaces (no macvlan, ipvlan or device moved elsewhere).");
        list.Add("No process with CAP_NET_ADMIN or CAP_BPF changes rules, routes, tc filters or XDP programs.");
        list.Add(loaded.Interfaces is { } names
            ? $"Physical is every interface but {Exempt(policy)}; present now: {string.Join(", ", names)}."
            : $"Physical is every interface but {Exempt(policy)}; the present ones were not listed.");
        list.Add("Interfaces that come later have names of letters, digits, \"_\", \"-\" and \".\".");
        list.Add(hasEgress
            ? "Frames of packet sockets (CAP_NET_RAW) and frames that are no IP packet are answered for apart, and do not decide."
            : "No chain sees frames of packet sockets (CAP_NET_RAW), nor ARP: they are not answered for.");
        list.Add("What comes from outside for a loopback address is not passed on (rule 0 of ip-rule: table local).");
        list.Add("Wi-Fi management and what the card sends by itself (offloads) passes no rules; routes have no encapsulation.");
        list.Add(policy.Servers.IsEmpty
            ? $"The tunnel's process ({policy.Identity}) may send anything anywhere, since no servers are listed."
            : $"The tunnel's process ({policy.Identity}) sends nothing but the tunnel to the listed servers, later fragments included.");
        if (policy.Identity.Cgroup is { } group)
        {
            list.Add($"Processes are in control group {group} only if they belong to the tunnel.");
        }
        if (!policy.Management.IsEmpty)
        {
            list.Add("A packet from the port of a service of SSH_FROM is its answer, whoever sends it.");
        }
        if (options.NoRawSockets)
        {
            list.Add("No process has CAP_NET_RAW: nobody sends raw fragments or cut-off headers.");
        }
        if (!policy.LocalNetworks.IsEmpty)
        {
            list.Add("No host of LOCAL_NET passes packets on; a later fragment to LOCAL_NET has no ports and counts as local.");
        }
        if (loaded.LacksBytecode)
        {
            list.Add("No rule asks for a frame's header where nft does not list it; nft --debug=netlink list ruleset would say.");
        }
        if (loaded.Interfaces is null)
        {
            list.Add("The rules come from a file: tc, XDP, flowtables and bridges of the machine were not looked at.");
        }
        return list.ToImmutable();
    }

    private static string Exempt(EgressPolicy policy)
    {
        return string.Join(", ",
            policy.InternalInterfaces.Prepend(policy.TunnelInterface).Select(p => p.ToString()).Prepend("lo"));
    }
}
