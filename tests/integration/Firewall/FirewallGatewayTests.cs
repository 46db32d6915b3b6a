// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>A gateway: what comes from its clients leaves through the tunnel or not at all.</summary>
[TestFixture("nft")]
[TestFixture("iptables", "nft")]
[TestFixture("iptables", "legacy")]
public sealed class FirewallGatewayTests(string backend, string? variant = null)
{
    private readonly IptablesFirewall _firewall = new(variant ?? "nft");

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
        ping -q -c 1 -w 60 198.51.100.129
        """;

    private const string Masquerading = """
        table ip clients {
            chain out {
                type nat hook postrouting priority srcnat;
                oifname tun0 masquerade
            }
        }
        """;

    private string _config = "";
    private Wire _wire = null!;
    private TestNamespace _workstation = null!;

    [SetUp]
    public async Task SetUp()
    {
        _config = Path.GetTempFileName();
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
        _wire?.Dispose();
        File.Delete(_config);
    }

    [Test]
    public async Task A_clients_packets_take_the_tunnel_with_the_tunnels_address()
    {
        await StartAsync();
        using var receiver = _wire.Receiver("203.0.113.80", 8080);
        using var client = Client();

        await client.SendAsync("question"u8.ToArray());
        var sender = await SenderAsync(receiver);

        sender.Address.Should().Be(IPAddress.Parse("198.51.100.2"));
        receiver.SendTo("answer"u8, sender);
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
        await _firewall.DoAsync(_wire.Client, "flush", "--backend", backend);
        await client.SendAsync("in the clear"u8.ToArray());
        await Wire.ReceiveAsync(receiver);
        (await _wire.ArrivedAsync()).Should().Be(1, "without the firewall the same flow leaks");
    }

    [Test]
    public async Task What_belongs_to_no_connection_does_not_enter_the_tunnel_with_a_clients_own_address()
    {
        using var far = _wire.Outside.Within(OpenIcmp);
        far.Bind(new IPEndPoint(IPAddress.Any, 0));
        using var client = _workstation.Within(OpenIcmp);
        client.Connect(IPAddress.Parse("203.0.113.80"), 0);
        byte[] answerToNothing = [0, 0, 0xff, 0xff, 0, 0, 0, 0]; // an ICMP echo reply: type, code, checksum, identifier, number
        await _wire.Client.LoadAsync(Masquerading);
        await client.SendAsync(answerToNothing);
        var sender = await SenderAsync(far);
        sender.Address.Should().Be(IPAddress.Parse("198.51.100.130"), "masquerading alone lets it pass as it is");
        await _wire.Client.RunAsync("nft delete table ip clients");

        await StartAsync();
        await client.SendAsync(answerToNothing);

        await Traffic.Eventually.HoldsAsync(async () =>
            (await RefusedAsync("forward", "filter", "forward")).Should().Be(1));
        far.Available.Should().Be(0);
        (await _wire.ArrivedAsync()).Should().Be(0);
    }

    [Test]
    public async Task A_connection_from_before_the_start_does_not_enter_the_tunnel_with_a_clients_own_address()
    {
        using var receiver = _wire.Receiver("203.0.113.80", 8080);
        using var client = Client();
        await _wire.Client.LoadAsync(Masquerading.Replace("tun0", "other0", StringComparison.Ordinal));
        await client.SendAsync("before"u8.ToArray());
        var sender = await SenderAsync(receiver);
        sender.Address.Should().Be(IPAddress.Parse("198.51.100.130"), "nobody has translated it yet");

        await StartAsync();
        await client.SendAsync("after"u8.ToArray());
        var answer = async () => await Wire.ReceiveAsync(client);

        (await answer.Should().ThrowAsync<SocketException>()).Which.SocketErrorCode
            .Should().Be(SocketError.HostUnreachable, "that is how Linux reports administratively prohibited");
        receiver.Available.Should().Be(0);
        using var another = Client();
        await another.SendAsync("a connection of its own"u8.ToArray());
        sender = await SenderAsync(receiver);
        sender.Address.Should().Be(IPAddress.Parse("198.51.100.2"));
        (await _wire.ArrivedAsync()).Should().Be(0);
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

        // iptables refuses what the physical link brings when it is to be forwarded, nft as it arrives.
        await Traffic.Eventually.HoldsAsync(async () =>
        {
            var arrived = await RefusedAsync("inbound", "raw", "foreign");
            (arrived + await RefusedAsync("forward", "filter", "forward")).Should().Be(2, "neither way leads to a client");
        });
        client.Available.Should().Be(0);
    }

    [Test]
    public async Task A_clients_question_is_answered_in_the_tunnel_whichever_resolver_it_asks()
    {
        await File.WriteAllTextAsync(_config,
            await File.ReadAllTextAsync(VpnFirewall.Golden("gateway.conf")) + "CLIENT_DNS=198.51.100.1\n");
        using var local = _wire.Receiver("192.0.2.53", 53);
        using var resolver = _wire.Receiver("198.51.100.1", 53);
        using (var before = Client("192.0.2.53", 53))
        {
            await before.SendAsync("question"u8.ToArray());
            await Wire.ReceiveAsync(local);
            (await _wire.ArrivedAsync()).Should().Be(1, "without the firewall it is asked in the clear");
        }

        await StartAsync(_config);
        using var client = Client("192.0.2.53", 53);
        await client.SendAsync("question"u8.ToArray());
        var sender = await SenderAsync(resolver);
        resolver.SendTo("answer"u8, sender);

        await Wire.ReceiveAsync(client);
        sender.Address.Should().Be(IPAddress.Parse("198.51.100.2"));
        (await _wire.ArrivedAsync()).Should().Be(0);
    }

    [Test]
    public async Task Without_the_tunnel_a_clients_question_is_asked_nowhere()
    {
        await File.WriteAllTextAsync(_config,
            await File.ReadAllTextAsync(VpnFirewall.Golden("gateway.conf")) + "CLIENT_DNS=198.51.100.1\n");
        using var local = _wire.Receiver("192.0.2.53", 53);
        using var client = Client("192.0.2.53", 53);
        await client.SendAsync("question"u8.ToArray());
        await Wire.ReceiveAsync(local);
        (await _wire.ArrivedAsync()).Should().Be(1, "without the firewall it is asked in the clear");
        await StartAsync(_config);
        await _wire.Client.RunAsync("ip link set tun0 down");

        await client.SendAsync("question"u8.ToArray());
        using var other = Client("192.0.2.53", 53);
        await other.SendAsync("question"u8.ToArray());

        await Traffic.Eventually.HoldsAsync(async () =>
            (await RefusedAsync("forward", "filter", "forward")).Should().Be(2, "both tried"));
        (await _wire.ArrivedAsync()).Should().Be(0);
        local.Available.Should().Be(0);
    }

    private Task StartAsync() => StartAsync(VpnFirewall.Golden("gateway.conf"));

    private Task StartAsync(string config) => _firewall.DoAsync(_wire.Client, "start", "--config", config, "--backend", backend);

    /// <summary>Packets of IPv4 that a chain refused: nft's, or that of a table of iptables.</summary>
    private async Task<long> RefusedAsync(string chain, string table, string iptablesChain)
    {
        return backend == "nft"
            ? Wire.Refused(await _wire.Client.RunAsync($"nft list chain inet vpn_firewall {chain}"))
            : await _firewall.BlockedAsync(_wire.Client, table, iptablesChain, "iptables");
    }

    private static Socket OpenIcmp() => new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp);

    /// <summary>Waits for one packet, and says who sent it.</summary>
    private static async Task<IPEndPoint> SenderAsync(Socket receiver)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var received = await receiver.ReceiveFromAsync(new byte[64], new IPEndPoint(IPAddress.Any, 0), limit.Token);
        return (IPEndPoint)received.RemoteEndPoint;
    }

    private Socket Client(string address = "203.0.113.80", int port = 8080)
    {
        var client = _workstation.Open(AddressFamily.InterNetwork, SocketType.Dgram);
        client.Connect(IPAddress.Parse(address), port);
        return client;
    }
}
