// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Faults;

/// <summary>What other programs do to the client's rules (leak catalogue, classes 27, 28, 39 and 40).</summary>
public static class ForeignFaults
{
    /// <summary>All of them: behind each, the client's rules are not the firewall's alone.</summary>
    public static ImmutableArray<Fault> All => [Flushed, Accepted, Rerouted, ContainersStarted];

    /// <summary>What Debian's nftables.service and many scripts begin with.</summary>
    public static Fault Flushed { get; } = Fault.Of(
        "foreign-flush",
        "another program flushes all rules of nftables",
        context => NftAsync(context.Lab.Client, "flush ruleset\n"));

    /// <summary>
    /// Policies of iptables set to accept, its rules flushed, and first of all an accepting rule; and a table of nftables that
    /// accepts everything before anybody else is asked.
    /// </summary>
    public static Fault Accepted { get; } = Fault.Of(
        "foreign-accept",
        "other programs flush the rules of iptables and accept everything first",
        async context =>
        {
            await IptablesAsync(context.Lab.Client, AcceptFirst);
            await NftAsync(context.Lab.Client, AcceptEverything);
        });

    /// <summary>
    /// Another program's rules change marks and destinations on the way out, whereupon the kernel routes packets again: after
    /// rules have seen the interface of the tunnel.
    /// </summary>
    public static Fault Rerouted { get; } = Fault.Of(
        "rerouted",
        "another program's rules mark packets and translate destinations, so that they are routed anew",
        async context =>
        {
            var client = context.Lab.Client;
            await client.IpAsync(
                $"route add default via {LabAddresses.Router.IPv4} dev {HostLab.PhysicalInterface} table {ForeignTable}",
                $"rule add fwmark {ForeignMark} table {ForeignTable}",
                $"route add ::/0 via {LabAddresses.Router.IPv6} dev {HostLab.PhysicalInterface} table {ForeignTable}");

            // A batch knows rules of IPv4 only (iproute2, ip/iprule.c).
            string[] rule = ["ip", "-6", "rule", "add", "fwmark", ForeignMark, "table", ForeignTable];
            (await ChildProcess.RunAsync(client.Root, rule)).ThrowIfFailed();
            await NftAsync(client, Rerouting("ip", LabAddresses.VpnServer.IPv4.ToString()));
            await NftAsync(client, Rerouting("ip6", $"[{LabAddresses.VpnServer.IPv6}]"));
        });

    /// <summary>
    /// A container engine starts: the client forwards, whatever comes from containers is accepted first and leaves with the
    /// client's own address, as Docker sets it up.
    /// </summary>
    public static Fault ContainersStarted { get; } = Fault.Of(
        "containers",
        "a container engine has the client forward and masquerade for its containers",
        async context =>
        {
            var client = context.Lab.Client;
            await client.SysctlAsync("net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
            await IptablesAsync(client, ForwardContainers, "--noflush");
        });

    private const string ForeignTable = "77";
    private const string ForeignMark = "0x77";

    /// <summary>What <c>iptables -P</c>, <c>-F</c> and <c>-I</c> do, in the form of iptables-restore(8).</summary>
    private const string AcceptFirst = """
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        -I INPUT -j ACCEPT
        -I FORWARD -j ACCEPT
        -I OUTPUT -j ACCEPT
        COMMIT

        """;

    private const string ForwardContainers = $"""
        *filter
        -I FORWARD -j ACCEPT
        COMMIT
        *nat
        -I POSTROUTING ! -o {ClientContainers.Interface} -j MASQUERADE
        COMMIT

        """;

    private const string AcceptEverything = """
        table inet lab_foreign {
            chain input { type filter hook input priority -300; policy accept; accept; }
            chain forward { type filter hook forward priority -300; policy accept; accept; }
            chain output { type filter hook output priority -300; policy accept; accept; }
            chain postrouting { type filter hook postrouting priority -300; policy accept; accept; }
        }

        """;

    /// <summary>New connections to one service are translated to another; everything else is marked.</summary>
    private static string Rerouting(string family, string server) => $$"""
        table {{family}} lab_foreign {
            chain marks {
                type route hook output priority mangle; policy accept;
                oifname != "lo" tcp dport != {{NewConnections}} meta mark set {{ForeignMark}}
                oifname != "lo" meta l4proto { udp, icmp, ipv6-icmp } meta mark set {{ForeignMark}}
            }
            chain destinations {
                type nat hook output priority -100; policy accept;
                tcp dport {{NewConnections}} dnat to {{server}}:{{Relay}}
            }
        }

        """;

    /// <summary>Ports of the probe of new connections, and of the relay at the VPN server's address.</summary>
    private const int NewConnections = 7002;
    private const int Relay = 9001;

    private static async Task NftAsync(LabHost host, string rules)
    {
        (await ChildProcess.RunAsync(host.Root, ["nft", "-f", "-"], input: rules)).ThrowIfFailed();
    }

    private static Task IptablesAsync(LabHost host, string rules, params string[] options)
    {
        async Task LoadAsync(string program)
        {
            (await ChildProcess.RunAsync(host.Root, [program, .. options], input: rules)).ThrowIfFailed();
        }

        return Task.WhenAll(LoadAsync("iptables-restore"), LoadAsync("ip6tables-restore"));
    }
}
