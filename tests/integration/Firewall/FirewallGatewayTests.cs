// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>A gateway: what comes from its clients leaves through the tunnel or not at all.</summary>
public sealed class FirewallGatewayTests
{
    private const string Forwarding = """
        sysctl -qw net.ipv4.ip_forward=1
        ip link add eth1 type veth peer name work netns WORKSTATION
        ip addr add 198.51.100.129/25 dev eth1
        ip link set eth1 up
        """;

    private const string Workstation = """
        ip addr add 198.51.100.130/25 dev work
        ip link set work up
        ip route add default via 198.51.100.129
        """;

    private Wire _wire = null!;
    private TestNamespace _workstation = null!;

    [SetUp]
    public async Task SetUp()
    {
        _wire = await Wire.CreateAsync();
        _workstation = await TestNamespace.CreateAsync();
        var id = _workstation.HolderId.ToString(CultureInfo.InvariantCulture);
        await _wire.Client.RunAsync(Forwarding.Replace("WORKSTATION", id, StringComparison.Ordinal));
        await _workstation.RunAsync(Workstation);
        await _wire.Outside.RunAsync("ip route add 198.51.100.128/25 via 192.0.2.2 dev far");
        await _wire.Client.RunAsync("ip addr del 198.51.100.2/24 dev tun0; ip addr add 198.51.100.2/25 dev tun0; "
            + "ip route replace 203.0.113.80/32 via 198.51.100.1 dev tun0");
    }

    [TearDown]
    public void TearDown()
    {
        _workstation.Dispose();
        _wire.Dispose();
    }

    [Test]
    public async Task A_clients_packets_take_the_tunnel_with_the_tunnels_address()
    {
        await StartAsync();
        using var receiver = _wire.Receiver("203.0.113.80", 8080);
        using var client = Client();

        await client.SendAsync("question"u8.ToArray());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var received = await receiver.ReceiveFromAsync(new byte[64], new IPEndPoint(IPAddress.Any, 0), limit.Token);

        ((IPEndPoint)received.RemoteEndPoint).Address.Should().Be(IPAddress.Parse("198.51.100.2"));
        receiver.SendTo("answer"u8, received.RemoteEndPoint);
        await Wire.ReceiveAsync(client);
        (await _wire.ArrivedAsync()).Should().Be(0);
    }

    [Test]
    public async Task Without_its_route_into_the_tunnel_a_clients_flow_stops_and_the_client_is_told()
    {
        using var receiver = _wire.Receiver("203.0.113.80", 8080);
        using var client = Client();
        await StartAsync();
        await client.SendAsync("in the tunnel"u8.ToArray());
        await Wire.ReceiveAsync(receiver);

        await _wire.Client.RunAsync("ip route del 203.0.113.80");
        await client.SendAsync("in the clear"u8.ToArray());
        var answer = async () => await Wire.ReceiveAsync(client);

        (await answer.Should().ThrowAsync<SocketException>()).Which.SocketErrorCode
            .Should().Be(SocketError.HostUnreachable, "that is how Linux reports administratively prohibited");
        (await _wire.ArrivedAsync()).Should().Be(0);
        (await VpnFirewall.RunAsync(_wire.Client, "flush")).ExitCode.Should().Be(0);
        await client.SendAsync("in the clear"u8.ToArray());
        await Wire.ReceiveAsync(receiver);
        (await _wire.ArrivedAsync()).Should().Be(1, "without the firewall the same flow leaks");
    }

    [Test]
    public async Task Nobody_reaches_a_client_from_outside_of_its_flows()
    {
        using var client = _workstation.Open(AddressFamily.InterNetwork, SocketType.Dgram);
        client.Bind(new IPEndPoint(IPAddress.Parse("198.51.100.130"), 8080));
        using var outside = _wire.Outside.Open(AddressFamily.InterNetwork, SocketType.Dgram);
        var target = new IPEndPoint(IPAddress.Parse("198.51.100.130"), 8080);
        outside.SendTo("before"u8, target);
        await Wire.ReceiveAsync(client);
        await StartAsync();

        outside.SendTo("by the physical link"u8, target);
        await _wire.Outside.RunAsync("ip route replace 198.51.100.128/25 via 198.51.100.2 dev tunfar");
        outside.SendTo("by the tunnel"u8, target);

        var forward = await _wire.Client.RunAsync("nft list chain inet vpn_firewall forward");
        var inbound = await _wire.Client.RunAsync("nft list chain inet vpn_firewall inbound");
        Wire.Refused(inbound).Should().Be(1, "nobody is reached through the physical link");
        Wire.Refused(forward).Should().Be(1);
        client.Available.Should().Be(0);
    }

    private async Task StartAsync()
    {
        var run = await VpnFirewall.RunAsync(_wire.Client, "start", "--config", VpnFirewall.Golden("gateway.conf"));
        run.ExitCode.Should().Be(0, "{0}", run);
    }

    private Socket Client()
    {
        var client = _workstation.Open(AddressFamily.InterNetwork, SocketType.Dgram);
        client.Connect(IPAddress.Parse("203.0.113.80"), 8080);
        return client;
    }
}
