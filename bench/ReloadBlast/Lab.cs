// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using LeakVerifier.IntegrationTests.OpenVpn;

namespace LeakVerifier.Bench.ReloadBlast;

/// <summary>A client with one physical link, and everything else at its far end, where arrivals are counted.</summary>
internal sealed partial class Lab : IDisposable
{
    public const uint TunnelUser = 1194;
    public const uint OtherUser = 4711;

    public static readonly IPEndPoint Server = new(IPAddress.Parse("203.0.113.10"), 1194);
    public static readonly IPEndPoint Elsewhere = new(IPAddress.Parse("203.0.113.80"), 9);

    // Counted before anything can drop them there, and dropped, so that nobody answers.
    private const string Meters = """
        add table netdev wire
        add chain netdev wire arrived { type filter hook ingress device far priority 0; policy accept; }
        add counter netdev wire allowed
        add counter netdev wire forbidden
        add rule netdev wire arrived udp dport 1194 counter name allowed drop
        add rule netdev wire arrived udp dport 9 counter name forbidden drop
        """;

    private readonly Namespace _outside = new("outside");
    private readonly string _folder = Directory.CreateTempSubdirectory("reload-blast-").FullName;

    public Lab()
    {
        Client.Connect(_outside, "eth0", "far");
        Client.Ip("addr add 192.0.2.2/24 dev eth0");
        _outside.Ip("addr add 192.0.2.1/24 dev far");
        Client.Ip("route add default via 192.0.2.1");
        // The far end is known beforehand: what is measured are datagrams, not neighbour discovery.
        var far = LinkAddress().Match(_outside.Execute("ip", "link show dev far")).Groups[1].Value;
        Client.Ip($"neigh replace 192.0.2.1 lladdr {far} dev eth0 nud permanent");
        var meters = Path.Combine(_folder, "meters.nft");
        File.WriteAllText(meters, Meters);
        _outside.Execute("nft", $"-f {meters}");
        File.WriteAllText(Configuration, """
            VPN_INTERFACE=tun0
            TUNNEL_USER=1194
            VPN_SERVERS=203.0.113.10:1194/udp

            """);
    }

    public Namespace Client { get; } = new("client");

    public string Configuration => Path.Combine(_folder, "bench.conf");

    /// <summary>How many arrived since the last call.</summary>
    public long Arrived(string meter)
    {
        var listing = _outside.Execute("nft", $"reset counter netdev wire {meter}");
        return long.Parse(Packets().Match(listing).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        Client.Dispose();
        _outside.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex("link/ether ([0-9a-f:]+)")]
    private static partial Regex LinkAddress();

    [GeneratedRegex("packets ([0-9]+)")]
    private static partial Regex Packets();
}
