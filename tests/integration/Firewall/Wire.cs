// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>
/// A client with a physical link (eth0) and a tunnel (tun0) to the outside, which has every other address. The tunnel
/// is a second link, so that what is seen on the physical one is never the tunnel's content.
/// </summary>
internal sealed partial class Wire : IDisposable
{
    /// <summary>The tunnel's user.</summary>
    public const uint TunnelUser = 1194;

    /// <summary>Somebody else.</summary>
    public const uint OtherUser = 4711;

    private const string Topology = """
        sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv6.conf.default.accept_dad=0
        ip link add eth0 type veth peer name far netns OUTSIDE
        ip link add tun0 type veth peer name tunfar netns OUTSIDE
        ip addr add 192.0.2.2/24 dev eth0
        ip addr add 2001:db8:1::2/64 dev eth0 nodad
        ip addr add 198.51.100.2/24 dev tun0
        ip link set eth0 up
        ip link set tun0 up
        """;

    private const string OutsideTopology = """
        sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.far.rp_filter=0 net.ipv4.conf.tunfar.rp_filter=0
        sysctl -qw net.ipv6.conf.far.accept_dad=0
        ip addr add 192.0.2.1/24 dev far
        ip addr add 192.0.2.53/24 dev far
        ip addr add 2001:db8:1::1/64 dev far nodad
        ip addr add 198.51.100.1/24 dev tunfar
        ip addr add 203.0.113.10/32 dev lo
        ip addr add 203.0.113.80/32 dev lo
        ip addr add 203.0.113.99/32 dev lo
        ip addr add 2001:db8::10/128 dev lo nodad
        ip addr add 2001:db8::80/128 dev lo nodad
        ip link set far up
        ip link set tunfar up
        """;

    private const string Routes = """
        ip route add default via 192.0.2.1
        ip -6 route add default via FAR dev eth0
        ip route add 203.0.113.80/32 via 198.51.100.1 dev tun0
        """;

    // Until then a link that was just set up drops what it is given, and a packet waits for its neighbour's address.
    private const string Ready = """
        ping -q -c 1 -w 60 192.0.2.1
        ping -q -c 1 -w 60 198.51.100.1
        ping -q -c 1 -w 60 2001:db8:1::1
        """;

    // At the far end of the physical link, before anything there can drop: what this counts was on the wire.
    private const string Meter = """
        table inet wire_meter {
            counter physical {
            }
            chain arrived {
                type filter hook prerouting priority raw;
                iifname "far" meta l4proto { tcp, udp } counter name physical
            }
        }
        """;

    private Wire(TestNamespace client, TestNamespace outside)
    {
        Client = client;
        Outside = outside;
    }

    public TestNamespace Client { get; }

    public TestNamespace Outside { get; }

    public static async Task<Wire> CreateAsync()
    {
        var wire = new Wire(await TestNamespace.CreateAsync(), await TestNamespace.CreateAsync());
        var outside = wire.Outside.HolderId.ToString(CultureInfo.InvariantCulture);
        await wire.Client.RunAsync(Topology.Replace("OUTSIDE", outside, StringComparison.Ordinal));
        await wire.Outside.RunAsync(OutsideTopology);
        var far = await wire.Outside.RunAsync("ip -6 -brief addr show dev far scope link");
        var router = LinkLocal().Match(far).Value;
        await wire.Client.RunAsync(Routes.Replace("FAR", router, StringComparison.Ordinal));
        await wire.Client.RunAsync(Ready);
        await wire.Outside.LoadAsync(Meter);
        return wire;
    }

    /// <summary>TCP and UDP packets that came out of the client's physical link since the last call.</summary>
    public async Task<long> ArrivedAsync()
    {
        var listing = await Outside.RunAsync("nft reset counter inet wire_meter physical");
        return Packets(listing, "counter physical");
    }

    /// <summary>Number of packets of the first counter behind <paramref name="marker"/> in a listing.</summary>
    public static long Packets(string listing, string marker)
    {
        var start = listing.IndexOf(marker, StringComparison.Ordinal);
        start.Should().BeGreaterThanOrEqualTo(0, "there should be '{0}' in {1}", marker, listing);
        return long.Parse(CounterPackets().Match(listing, start).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Number of packets that the rules of a listing refused.</summary>
    public static long Refused(string listing)
    {
        return RefusedPackets().Matches(listing).Sum(match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    /// <summary>Sends one datagram.</summary>
    /// <returns>Whether the kernel took it.</returns>
    public bool Send(string address, int port, uint user)
    {
        var target = IPAddress.Parse(address);
        using var socket = Client.Open(target.AddressFamily, SocketType.Dgram, user);
        return TrySend(socket, "probe"u8, new IPEndPoint(target, port));
    }

    /// <summary>Sends one packet.</summary>
    /// <returns>Whether the kernel took it.</returns>
    public static bool TrySend(Socket socket, ReadOnlySpan<byte> packet, IPEndPoint target)
    {
        try
        {
            return socket.SendTo(packet, target) == packet.Length;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            return false; // EPERM, by which the kernel tells that a rule refused it
        }
    }

    /// <summary>A socket outside that waits for datagrams.</summary>
    public Socket Receiver(string address, int port)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), port);
        var socket = Outside.Open(endPoint.AddressFamily, SocketType.Dgram);
        socket.Bind(endPoint);
        return socket;
    }

    /// <summary>Waits for one datagram, which may first have to wait for its neighbour's address.</summary>
    public static async Task ReceiveAsync(Socket receiver)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await receiver.ReceiveAsync(new byte[64], limit.Token);
    }

    public void Dispose()
    {
        Client.Dispose();
        Outside.Dispose();
    }

    [GeneratedRegex("fe80:[0-9a-f:]+")]
    private static partial Regex LinkLocal();

    [GeneratedRegex("counter packets ([0-9]+) bytes [0-9]+ (?:drop|reject)")]
    private static partial Regex RefusedPackets();

    [GeneratedRegex("packets ([0-9]+)")]
    private static partial Regex CounterPackets();
}
