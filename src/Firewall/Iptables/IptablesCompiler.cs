// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>Compiles the egress policy to tables of iptables and ip6tables.</summary>
public static class IptablesCompiler
{
    /// <summary>The closed state: loopback and nothing else.</summary>
    public static IptablesRuleset Lockdown { get; } = new(LockdownOf(IpFamily.IPv6), LockdownOf(IpFamily.IPv4));

    /// <summary>The tables that enforce <paramref name="policy"/>.</summary>
    public static IptablesRuleset Compile(EgressPolicy policy)
    {
        return new IptablesRuleset(Compile(policy, IpFamily.IPv6), Compile(policy, IpFamily.IPv4));
    }

    private static ImmutableArray<IptablesTable> Compile(EgressPolicy policy, IpFamily family)
    {
        var mayLeave = IptablesMayLeave.Build(policy, family);
        List<IptablesTable> tables =
        [
            new(IptablesTable.Filter,
            [
                mayLeave,
                IptablesInput.Build(policy, family),
                Forward(Clients(policy, family), family, policy.LogRefused),
                Output(family, policy.LogRefused),
            ]),
            new("mangle", [mayLeave, Guard(FromTunnel(policy), policy.LogRefused)]),
            new("raw", [IptablesInput.ForAnotherInterface(policy)]),
        ];
        if (policy.Forwarding)
        {
            tables.Add(new IptablesTable("nat", [.. Translation(policy, family)]));
        }

        return [.. tables];
    }

    private static ImmutableArray<IptablesTable> LockdownOf(IpFamily family) =>
    [
        new(IptablesTable.Filter,
        [
            IptablesMayLeave.Lockdown,
            IptablesInput.Lockdown,
            Forward([], family, log: true),
            Output(family, log: true),
        ]),
        new("mangle", [IptablesMayLeave.Lockdown, Guard([], log: true)]),
    ];

    private static IptablesChain Output(IpFamily family, bool log)
    {
        // The log names the user, because "which program was that?" is the next question.
        return new IptablesChain(IptablesChain.Prefix + "output", "OUTPUT",
            [$"-j {IptablesMayLeave.Name}", .. IptablesVerdict.Reject("output", family, log, logFlags: " --log-uid")]);
    }

    private static IptablesChain Forward(IEnumerable<string> clients, IpFamily family, bool log)
    {
        return new IptablesChain(IptablesChain.Prefix + "forward", "FORWARD",
            [.. clients, .. IptablesVerdict.Reject("forward", family, log)]);
    }

    /// <summary>
    /// The list once more, behind the last routing decision: in the table <c>mangle</c>, because <c>filter</c> has no
    /// POSTROUTING. A rule that somebody inserts before ours in OUTPUT or FORWARD ends here as well.
    /// </summary>
    private static IptablesChain Guard(IEnumerable<string> fromTunnel, bool log)
    {
        return new IptablesChain(IptablesChain.Prefix + "guard", "POSTROUTING",
            [.. fromTunnel, $"-j {IptablesMayLeave.Name}", .. IptablesVerdict.Drop("reroute", log)]);
    }

    /// <summary>As <see cref="Rules.ForwardChain"/> has it: what is not translated does not enter the tunnel.</summary>
    private static IEnumerable<string> Clients(EgressPolicy policy, IpFamily family)
    {
        foreach (var client in policy.InternalInterfaces)
        {
            var intoTunnel = IntoTunnel(policy, client);
            yield return intoTunnel + "-m conntrack ! --ctstate SNAT --ctstatus CONFIRMED --ctdir ORIGINAL " + IptablesVerdict.RejectSilently(family);
            yield return intoTunnel + "-m conntrack --ctstate NEW,RELATED,ESTABLISHED -j ACCEPT";
        }

        foreach (var rule in FromTunnel(policy))
        {
            yield return rule;
        }

        if (!policy.InternalInterfaces.IsEmpty)
        {
            yield return "-m conntrack --ctstate INVALID -j DROP";
        }
    }

    private static string IntoTunnel(EgressPolicy policy, InterfacePattern client)
    {
        return $"-i {IptablesMatch.Name(client)} -o {IptablesMatch.Name(policy.TunnelInterface)} ";
    }

    /// <summary>Answers from the tunnel to a client. Both interfaces are named, and neither is physical.</summary>
    private static IEnumerable<string> FromTunnel(EgressPolicy policy)
    {
        return policy.InternalInterfaces.Select(client =>
            $"-i {IptablesMatch.Name(policy.TunnelInterface)} -o {IptablesMatch.Name(client)} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
    }

    /// <summary>
    /// Clients get the tunnel's address where they enter the tunnel and nowhere else; their DNS goes to the resolver in
    /// the tunnel. iptables refuses an incoming interface in POSTROUTING itself, but not in a chain that is called from
    /// there; the kernel knows it since 5.7 (commit 28f8bfd1ac94).
    /// </summary>
    private static IEnumerable<IptablesChain> Translation(EgressPolicy policy, IpFamily family)
    {
        yield return new IptablesChain(IptablesChain.Prefix + "clients", "POSTROUTING",
            [.. policy.InternalInterfaces.Select(client => IntoTunnel(policy, client) + "-j MASQUERADE")]);
        if (policy.ClientDns.FirstOrDefault(resolver => resolver.IsOf(family)) is { } resolver)
        {
            yield return new IptablesChain(IptablesChain.Prefix + "client-dns", "PREROUTING",
            [
                .. from client in policy.InternalInterfaces
                   from protocol in IptablesMatch.PortProtocols
                   select $"-i {IptablesMatch.Name(client)} -p {protocol} -m {protocol} --dport 53 "
                       + $"-j DNAT --to-destination {Rules.AddressText.Of(resolver)}",
            ]);
        }
    }
}
