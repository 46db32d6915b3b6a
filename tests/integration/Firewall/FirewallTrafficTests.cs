// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>What leaves the physical link under each rule, counted at its far end.</summary>
public sealed class FirewallTrafficTests
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

    private string _config = "";
    private Wire _wire = null!;

    [SetUp]
    public async Task SetUp()
    {
        _config = Path.GetTempFileName();
        await File.WriteAllTextAsync(_config, Configuration);
        _wire = await Wire.CreateAsync();
    }

    [TearDown]
    public void TearDown()
    {
        _wire.Dispose();
        File.Delete(_config);
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
        using var receiver = _wire.Receiver(address, port);
        _wire.Send(address, port, user).Should().BeTrue("without a firewall everything leaves");
        await Wire.ReceiveAsync(receiver);
        (await _wire.ArrivedAsync()).Should().Be(1);
        await _wire.Client.RunAsync("ip neigh flush all");
        await StartAsync();

        _wire.Send(address, port, user).Should().Be(leaves);

        if (leaves)
        {
            await Wire.ReceiveAsync(receiver);
        }

        (await _wire.ArrivedAsync()).Should().Be(leaves ? 1 : 0);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_connection_opened_in_the_clear_before_the_start_is_dead_after_it(bool isTracked)
    {
        await TrackAsync(isTracked);
        await _wire.Client.RunAsync("ip route del 203.0.113.80");
        using var connection = await Connection.OpenAsync(_wire);
        await connection.SendAsync();
        (await _wire.ArrivedAsync()).Should().BePositive("the connection is in the clear, and alive");

        await StartAsync();
        await connection.SendAsync();

        (await BlockedAsync("output")).Should().BePositive("it tried");
        (await _wire.ArrivedAsync()).Should().Be(0);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_connection_opened_in_the_tunnel_does_not_go_on_in_the_clear(bool isTracked)
    {
        await TrackAsync(isTracked);
        await StartAsync();
        using var connection = await Connection.OpenAsync(_wire);
        (await _wire.ArrivedAsync()).Should().Be(0, "the connection is in the tunnel");

        await _wire.Client.RunAsync("ip route del 203.0.113.80");
        await connection.SendAsync();

        (await BlockedAsync("output")).Should().BePositive("it tried");
        (await _wire.ArrivedAsync()).Should().Be(0);
        (await VpnFirewall.RunAsync(_wire.Client, "flush")).ExitCode.Should().Be(0);
        await connection.SendAsync();
        (await _wire.ArrivedAsync()).Should().BePositive("without the firewall the same connection leaks");
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
        await _wire.Client.RunAsync("ip rule add fwmark 7 table 77; ip route add default via 192.0.2.1 table 77");
        await _wire.Client.LoadAsync(reroute);
        _wire.Send("203.0.113.80", 7777, Wire.OtherUser).Should().BeTrue();
        (await _wire.ArrivedAsync()).Should().Be(1, "the mark takes it out of the tunnel");

        await StartAsync();
        _wire.Send("203.0.113.80", 7777, Wire.OtherUser).Should().BeFalse();

        (await BlockedAsync("guard")).Should().Be(1);
        (await _wire.ArrivedAsync()).Should().Be(0);
    }

    [Test]
    public async Task A_packet_to_the_tunnels_address_is_not_heard_on_the_physical_link()
    {
        // CVE-2019-14899: what the machine does with such a packet tells a neighbour about the tunnel's connections.
        const string heard = """
            table inet wire_heard {
                chain late {
                    type filter hook input priority filter + 10;
                    iifname "eth0" ip daddr 198.51.100.2 counter
                }
            }
            """;
        await _wire.Client.LoadAsync(heard);
        await _wire.Outside.RunAsync("ip route replace 198.51.100.2/32 via 192.0.2.2 dev far src 203.0.113.10");
        using var neighbour = _wire.Outside.Open(AddressFamily.InterNetwork, SocketType.Dgram);
        neighbour.Bind(new IPEndPoint(IPAddress.Parse("203.0.113.10"), 1194));
        var tunnelAddress = new IPEndPoint(IPAddress.Parse("198.51.100.2"), 5555);

        neighbour.SendTo("probe"u8, tunnelAddress);
        await Traffic.Eventually.HoldsAsync(async () => (await HeardAsync()).Should().Be(1));
        await StartAsync();
        neighbour.SendTo("probe"u8, tunnelAddress);

        await Traffic.Eventually.HoldsAsync(async () => (await BlockedAsync("inbound")).Should().Be(1));
        (await HeardAsync()).Should().Be(1, "even from the server's own address and port");
    }

    [Test]
    public async Task A_packet_whose_ports_or_destination_cannot_be_told_does_not_leave()
    {
        await WithoutIPv6Async();
        await StartAsync();
        byte[] looseSourceRoute = [131, 7, 4, 203, 0, 113, 80, 0]; // RFC 791, section 3.1

        SendRaw(RawPackets.Udp("192.0.2.2", "192.0.2.1", fragmentOffset: 0, options: [])).Should().BeTrue("a plain packet to the local network leaves");
        (await _wire.ArrivedAsync()).Should().Be(1);
        SendRaw(RawPackets.Udp("192.0.2.2", "192.0.2.1", fragmentOffset: 100, options: [])).Should().BeFalse();
        SendRaw(RawPackets.Udp("192.0.2.2", "192.0.2.1", fragmentOffset: 0, looseSourceRoute)).Should().BeFalse();

        (await BlockedAsync("output")).Should().Be(2);
        (await _wire.ArrivedAsync()).Should().Be(0);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_transport_hears_errors_about_itself(bool isIPv6)
    {
        await StartAsync();
        using var transport = _wire.Client.Open(
            isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, Wire.TunnelUser);
        transport.Connect(IPAddress.Parse(isIPv6 ? "2001:db8::10" : "203.0.113.10"), 1194);

        await transport.SendAsync("nobody listens there"u8.ToArray());
        var answer = async () => await Wire.ReceiveAsync(transport);

        (await answer.Should().ThrowAsync<SocketException>()).Which.SocketErrorCode
            .Should().Be(SocketError.ConnectionRefused);
    }

    [Test]
    public async Task Status_counts_what_is_accepted_and_what_is_refused_by_rule()
    {
        await WithoutIPv6Async();
        await StartAsync();
        _wire.Send("203.0.113.10", 1194, Wire.TunnelUser).Should().BeTrue();
        _wire.Send("203.0.113.10", 1194, Wire.OtherUser).Should().BeFalse();

        var status = await VpnFirewall.RunAsync(_wire.Client, "status", "--config", _config);

        status.ExitCode.Should().Be(0, "{0}", status);
        status.Output.Should().MatchRegex(@" 2  accept +may_leave #\d+: the tunnel's transport", "output asks the list, and the guard")
            .And.MatchRegex(@" 1  reject +output #\d+: nothing on the list");
    }

    /// <summary>Of IPv6 the kernel itself sends something now and then, which is refused and counted too.</summary>
    private async Task WithoutIPv6Async()
    {
        await _wire.Client.RunAsync("sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
    }

    private async Task StartAsync()
    {
        var run = await VpnFirewall.RunAsync(_wire.Client, "start", "--config", _config);
        run.ExitCode.Should().Be(0, "{0}", run);
    }

    private async Task TrackAsync(bool isTracked)
    {
        if (isTracked)
        {
            await _wire.Client.LoadAsync(TrackingInUse);
        }
    }

    private bool SendRaw(byte[] packet)
    {
        const int ipLevel = 0;
        const int noDefragmentation = 22; // IP_NODEFRAG of linux/in.h: fragments reach the rules as they are
        using var socket = _wire.Client.Open(AddressFamily.InterNetwork, SocketType.Raw);
        socket.SetRawSocketOption(ipLevel, noDefragmentation, BitConverter.GetBytes(1));
        return Wire.TrySend(socket, packet, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0));
    }

    private async Task<long> HeardAsync()
    {
        return Wire.Packets(await _wire.Client.RunAsync("nft list table inet wire_heard"), "counter");
    }

    private async Task<long> BlockedAsync(string chain)
    {
        return Wire.Refused(await _wire.Client.RunAsync($"nft list chain inet vpn_firewall {chain}"));
    }
}
