// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Faults;

/// <summary>What other programs do to the client's rules (leak catalogue, classes 27, 28, 39 and 40).</summary>
public static class ForeignFaults
{
    private static readonly string[] Chains = ["INPUT", "FORWARD", "OUTPUT"];

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
            var client = context.Lab.Client;
            string[] commands =
            [
                .. Chains.SelectMany(chain => new[] { $"-P {chain} ACCEPT" }),
                "-F",
                .. Chains.Select(chain => $"-I {chain} -j ACCEPT"),
            ];
            await IptablesAsync(client, commands);
            await NftAsync(client, AcceptEverything);
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
                $"-6 route add default via {LabAddresses.Router.IPv6} dev {HostLab.PhysicalInterface} table {ForeignTable}",
                $"-6 rule add fwmark {ForeignMark} table {ForeignTable}");
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
            await IptablesAsync(client, ["-I FORWARD -j ACCEPT", $"-t nat -I POSTROUTING ! -o {ClientContainers.Interface} -j MASQUERADE"]);
        });

    private const string ForeignTable = "77";
    private const string ForeignMark = "0x77";

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

    private static async Task IptablesAsync(LabHost host, IEnumerable<string> commands)
    {
        foreach (var command in commands)
        {
            foreach (var program in new[] { "iptables", "ip6tables" })
            {
                (await ChildProcess.RunAsync(host.Root, [program, "-w", .. command.Split(' ')])).ThrowIfFailed();
            }
        }
    }
}
