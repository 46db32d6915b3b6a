// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.Bench.StartCost;

/// <summary>The files that the contenders read; removed at the end.</summary>
internal sealed class BenchFiles : IDisposable
{
    private const string Policy = """
        VPN_INTERFACE=tun0
        TUNNEL_USER=1194
        VPN_SERVERS="203.0.113.10:1194/udp [2001:db8::10]:1194/udp"
        LOCAL_NET="192.168.1.0/24 192.168.0.0/24"

        """;

    // As many calls as adrelanos/vpn-firewall makes at a start without FORWARDING: 31 for IPv4, 12 for IPv6.
    private static readonly string[] Ipv4 =
    [
        "-P INPUT DROP", "-P FORWARD DROP", "-P OUTPUT DROP",
        "-F", "-X", "-t nat -F", "-t nat -X", "-t mangle -F", "-t mangle -X",
        "-A INPUT -m state --state INVALID -j DROP",
        "-A INPUT -p tcp --tcp-flags SYN,ACK,FIN,RST SYN,ACK,FIN,RST -j DROP",
        "-A INPUT -p tcp --tcp-flags SYN,FIN SYN,FIN -j DROP",
        "-A INPUT -p tcp --tcp-flags SYN,RST SYN,RST -j DROP",
        "-A INPUT -f -j DROP",
        "-A INPUT -p tcp --tcp-flags ALL ALL -j DROP",
        "-A INPUT -p tcp --tcp-flags ALL NONE -j DROP",
        "-A INPUT -i lo -j ACCEPT",
        "-A INPUT -m state --state ESTABLISHED -j ACCEPT",
        "-A INPUT -i tun0 -j ACCEPT",
        "-A INPUT -j LOG --log-prefix input:",
        "-A INPUT -j DROP",
        "-A FORWARD -j LOG --log-prefix forward:",
        "-A FORWARD -j REJECT --reject-with icmp-admin-prohibited",
        "-A OUTPUT -o lo -j ACCEPT",
        "-A OUTPUT -o tun0 -j ACCEPT",
        "-A OUTPUT -m owner --uid-owner 1194 -j ACCEPT",
        "-A OUTPUT -m state --state ESTABLISHED -j ACCEPT",
        "-A OUTPUT -d 192.168.1.0/24 -j ACCEPT",
        "-A OUTPUT -d 192.168.0.0/24 -j ACCEPT",
        "-A OUTPUT -j LOG --log-prefix output:",
        "-A OUTPUT -j REJECT --reject-with icmp-admin-prohibited",
    ];

    private static readonly string[] Ipv6 =
    [
        "-P INPUT DROP", "-P OUTPUT DROP", "-P FORWARD DROP",
        "-F", "-X", "-t mangle -F", "-t mangle -X",
        "-A INPUT -i lo -j ACCEPT", "-A OUTPUT -o lo -j ACCEPT",
        "-A INPUT -j DROP", "-A OUTPUT -j REJECT", "-A FORWARD -j REJECT",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("start-cost-").FullName;

    public BenchFiles()
    {
        File.WriteAllText(Configuration, Policy);
        var calls = Ipv4.Select(call => "iptables --wait " + call)
            .Concat(Ipv6.Select(call => "ip6tables --wait " + call));
        // A program of Bash, as the original is: its forks cost more than those of other shells.
        File.WriteAllText(IptablesScript, "#!/bin/bash\nset -e\n" + string.Join('\n', calls) + "\n");
    }

    public string Configuration => Path.Combine(_folder, "bench.conf");

    public string IptablesScript => Path.Combine(_folder, "iptables.sh");

    /// <summary>The rules of both walls as the program loads them, in a file for nft.</summary>
    public string LoadedBy(string program)
    {
        const string both = """
            "$0" start --config "$1" >/dev/null
            for table in "inet vpn_firewall" "netdev vpn_firewall"; do
                echo "table $table"
                echo "delete table $table"
                nft --stateless list table $table
            done
            """;
        string[] start = ["--net", "sh", "-e", "-c", both, program, Configuration];
        using var process = Process.Start(new ProcessStartInfo("unshare", start) { RedirectStandardOutput = true })!;
        var path = Path.Combine(_folder, "bench.nft");
        File.WriteAllText(path, process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        return process.ExitCode == 0 ? path : throw new InvalidOperationException($"{program} start failed");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
