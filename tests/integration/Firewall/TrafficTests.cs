// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.IntegrationTests.Traffic;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>What leaves the physical link under each rule, counted at its far end; the same of every backend.</summary>
public abstract class TrafficTests
{
    private const string Configuration = """
        TUNNEL_USER=1194
        VPN_SERVERS="203.0.113.10:1194/udp [2001:db8::10]:1194/udp"
        LOCAL_NET="192.0.2.0/24@eth0"
        LOCAL_DNS=192.0.2.53

        """;

    // A connection-tracking rule of somebody else, so that flows are tracked before our first rule asks for it.
    private const string TrackingInUse = """
        table inet somebody {
            chain watch {
                type filter hook output priority filter;
                ct state established counter
            }
        }
        """;

    /// <summary>The configuration's file.</summary>
    protected string Config { get; private set; } = "";

    private protected Wire Wire { get; private set; } = null!;

    private protected TestNamespace Client => Wire.Client;

    [SetUp]
    public async Task SetUp()
    {
        Config = Path.GetTempFileName();
        await File.WriteAllTextAsync(Config, Configuration);
        Wire = await Wire.CreateAsync();
    }

    [TearDown]
    public void TearDown()
    {
        Wire?.Dispose();
        File.Delete(Config);
    }

    [TestCase("203.0.113.10", 1194, Wire.TunnelUser, true, TestName = "The tunnel's user reaches the server")]
    [TestCase("2001:db8::10", 1194, Wire.TunnelUser, true, TestName = "The tunnel's user reaches the server over IPv6")]
    [TestCase("203.0.113.10", 1194, Wire.OtherUser, false, TestName = "No other user reaches the server")]
    [TestCase("203.0.113.10", 1194, 0u, false, TestName = "Root does not reach the server")]
    [TestCase("203.0.113.10", 9001, Wire.TunnelUser, false, TestName = "The tunnel's user reaches no other port")]
    [TestCase("203.0.113.99", 1194, Wire.TunnelUser, false, TestName = "The tunnel's user reaches no other address")]
    [TestCase("2001:db8::10", 1194, Wire.OtherUser, false, TestName = "No other user reaches the server over IPv6")]
    [TestCase("2001:db8::80", 80, Wire.OtherUser, false, TestName = "IPv6 does not leave")]
    [TestCase("192.0.2.1", 8080, Wire.OtherUser, true, TestName = "The local network is reached")]
    [TestCase("192.0.2.1", 53, Wire.OtherUser, false, TestName = "DNS of the local network is not reached")]
    [TestCase("192.0.2.1", 853, Wire.OtherUser, false, TestName = "Encrypted DNS of the local network is not reached")]
    [TestCase("192.0.2.53", 53, Wire.OtherUser, true, TestName = "A listed resolver is reached")]
    public async Task Probe(string address, int port, uint user, bool leaves)
    {
        using var receiver = Wire.Receiver(address, port);
        Wire.Send(address, port, user).Should().BeTrue("without a firewall everything leaves");
        await Wire.ReceiveAsync(receiver);
        (await Wire.ArrivedAsync()).Should().Be(1);
        await Client.RunAsync("ip neigh flush all");
        await StartAsync();

        Wire.Send(address, port, user).Should().Be(leaves);

        if (leaves)
        {
            await Wire.ReceiveAsync(receiver);
        }

        (await Wire.ArrivedAsync()).Should().Be(leaves ? 1 : 0);
    }

    [Test]
    public async Task A_router_with_a_global_address_stays_reachable_when_it_is_to_be_asked_again()
    {
        // What takes the kernel half a minute, in some 150 ms; what it knows already keeps the old time. The tunnel has the
        // route to everywhere, as OpenVPN sets it.
        await Client.RunAsync("""
            sysctl -qw net.ipv6.neigh.eth0.base_reachable_time_ms=100 net.ipv6.neigh.eth0.delay_first_probe_time=0
            sysctl -qw net.ipv6.neigh.eth0.retrans_time_ms=20
            ip -6 route add 2001:db8::10 via 2001:db8:1::1 dev eth0
            ip -6 route add 2000::/3 dev tun0
            ip -6 neigh flush dev eth0
            """);
        await StartAsync();
        using var receiver = Wire.Receiver("2001:db8::10", 1194);

        const long refusedInTwoRounds = 6;
        while (await BlockedAsync(Place.Output) < refusedInTwoRounds)
        {
            Wire.Send("2001:db8::10", 1194, Wire.TunnelUser).Should().BeTrue();
            await Wire.ReceiveAsync(receiver);
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_connection_opened_in_the_clear_before_the_start_is_dead_after_it(bool isTracked)
    {
        await TrackAsync(isTracked);
        await Client.RunAsync("ip route del 203.0.113.80");
        using var connection = await Connection.OpenAsync(Wire);
        await connection.SendAsync();
        (await Wire.ArrivedAsync()).Should().BePositive("the connection is in the clear, and alive");

        await StartAsync();
        await connection.SendAsync();

        (await BlockedAsync(Place.Output)).Should().BePositive("it tried");
        (await Wire.ArrivedAsync()).Should().Be(0);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_connection_opened_in_the_tunnel_does_not_go_on_in_the_clear(bool isTracked)
    {
        await TrackAsync(isTracked);
        await StartAsync();
        using var connection = await Connection.OpenAsync(Wire);
        (await Wire.ArrivedAsync()).Should().Be(0, "the connection is in the tunnel");

        await Client.RunAsync("ip route del 203.0.113.80");
        await connection.SendAsync();

        (await BlockedAsync(Place.Output)).Should().BePositive("it tried");
        (await Wire.ArrivedAsync()).Should().Be(0);
        await DoAsync("flush");
        await connection.SendAsync();
        (await Wire.ArrivedAsync()).Should().BePositive("without the firewall the same connection leaks");
    }

    [Test]
    public async Task A_packet_that_is_routed_again_after_the_output_chain_meets_the_guard()
    {
        const string reroute = """
            table inet somebody {
                chain marks {
                    type route hook output priority 50;
                    udp dport 7777 meta mark set 7
                }
            }
            """;
        await Client.RunAsync("ip rule add fwmark 7 table 77; ip route add default via 192.0.2.1 table 77");
        await Client.LoadAsync(reroute);
        Wire.Send("203.0.113.80", 7777, Wire.OtherUser).Should().BeTrue();
        (await Wire.ArrivedAsync()).Should().Be(1, "the mark takes it out of the tunnel");

        await StartAsync();
        Wire.Send("203.0.113.80", 7777, Wire.OtherUser).Should().BeFalse();

        (await BlockedAsync(Place.Guard)).Should().Be(1);
        (await Wire.ArrivedAsync()).Should().Be(0);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_packet_to_the_tunnels_address_is_not_heard_on_the_physical_link(bool isIPv6)
    {
        // CVE-2019-14899: what the machine does with such a packet tells a neighbour about the tunnel's connections.
        var (family, address, server) = isIPv6 ? ("ip6", "2001:db8:2::2", "2001:db8::10") : ("ip", "198.51.100.2", "203.0.113.10");
        await Client.LoadAsync($$"""
            table inet wire_heard {
                chain late {
                    type filter hook input priority filter + 10;
                    iifname "eth0" {{family}} daddr {{address}} counter
                }
            }
            """);
        await Client.RunAsync("ip addr add 2001:db8:2::2/64 dev tun0 nodad");
        await Wire.Outside.RunAsync(isIPv6
            ? "ip -6 route replace 2001:db8:2::2/128 via 2001:db8:1::2 dev far"
            : "ip route replace 198.51.100.2/32 via 192.0.2.2 dev far src 203.0.113.10");
        using var neighbour = Wire.Receiver(server, 1194);
        var target = new IPEndPoint(IPAddress.Parse(address), 5555);

        neighbour.SendTo("probe"u8, target);
        await Eventually.HoldsAsync(() => HeardAsync(1));
        await StartAsync();
        neighbour.SendTo("probe"u8, target);

        await Eventually.HoldsAsync(async () =>
            (await BlockedAsync(Place.Inbound)).Should().Be(1, "even from the server's own address and port"));
        await HeardAsync(1);
        neighbour.SendTo("probe"u8, new IPEndPoint(IPAddress.Parse(isIPv6 ? "2001:db8:1::2" : "192.0.2.2"), 5555));
        (await BlockedAsync(Place.Inbound)).Should().Be(1, "the link's own address is not the tunnel's");
    }

    [Test]
    public async Task A_packet_whose_ports_or_destination_cannot_be_told_does_not_leave()
    {
        await WithoutIPv6Async();
        await StartAsync();
        byte[] looseSourceRoute = [131, 7, 4, 203, 0, 113, 80, 0]; // RFC 791, section 3.1

        SendRaw(fragmentOffset: 0, options: []).Should().BeTrue("a plain packet to the local network leaves");
        (await Wire.ArrivedAsync()).Should().Be(1);
        SendRaw(fragmentOffset: 100, options: []).Should().BeFalse();
        SendRaw(fragmentOffset: 0, looseSourceRoute).Should().BeFalse();

        (await BlockedAsync(Place.Output)).Should().Be(2);
        (await Wire.ArrivedAsync()).Should().Be(0);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_transport_hears_errors_about_itself(bool isIPv6)
    {
        await StartAsync();
        using var transport = Client.Open(
            isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, Wire.TunnelUser);
        transport.Connect(IPAddress.Parse(isIPv6 ? "2001:db8::10" : "203.0.113.10"), 1194);

        await transport.SendAsync("nobody listens there"u8.ToArray());
        var answer = async () => await Wire.ReceiveAsync(transport);

        (await answer.Should().ThrowAsync<SocketException>()).Which.SocketErrorCode
            .Should().Be(SocketError.ConnectionRefused);
    }

    /// <summary>Where rules refuse packets.</summary>
    protected enum Place
    {
        /// <summary>What this machine sends, before it is routed again.</summary>
        Output,

        /// <summary>What leaves, after that.</summary>
        Guard,

        /// <summary>What comes in for an address of the tunnel.</summary>
        Inbound,
    }

    /// <summary>Runs a verb of the program on the client; it must succeed.</summary>
    protected abstract Task DoAsync(params string[] args);

    /// <summary>How many packets rules refused, in both families.</summary>
    protected abstract Task<long> BlockedAsync(Place place);

    protected Task StartAsync() => DoAsync("start", "--config", Config);

    /// <summary>Of IPv6 the kernel itself sends something now and then, which is refused and counted too.</summary>
    protected async Task WithoutIPv6Async()
    {
        await Client.RunAsync("sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
    }

    private async Task TrackAsync(bool isTracked)
    {
        if (isTracked)
        {
            await Client.LoadAsync(TrackingInUse);
        }
    }

    private async Task HeardAsync(int packets)
    {
        var listing = await Client.RunAsync("nft list table inet wire_heard");
        Wire.Packets(listing, "counter").Should().Be(packets);
    }

    private bool SendRaw(int fragmentOffset, byte[] options)
    {
        const int ipLevel = 0;
        const int noDefragmentation = 22; // IP_NODEFRAG of linux/in.h: fragments reach the rules as they are
        using var socket = Client.Open(AddressFamily.InterNetwork, SocketType.Raw);
        socket.SetRawSocketOption(ipLevel, noDefragmentation, BitConverter.GetBytes(1));
        var packet = RawPackets.Udp("192.0.2.2", "192.0.2.1", fragmentOffset, options);
        return Wire.TrySend(socket, packet, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0));
    }
}
