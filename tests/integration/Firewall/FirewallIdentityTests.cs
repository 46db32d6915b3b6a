// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>Who the VPN is, and who may administer the machine.</summary>
public sealed class FirewallIdentityTests
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int Mark = 36; // SO_MARK

    private Wire _wire = null!;
    private string _file = "";

    [SetUp]
    public async Task SetUp()
    {
        _wire = await Wire.CreateAsync();
        _file = Path.GetTempFileName();
    }

    [TearDown]
    public void TearDown()
    {
        _wire?.Dispose();
        File.Delete(_file);
    }

    [Test]
    public async Task A_transport_known_by_its_mark_passes_both_walls_and_nothing_else_does()
    {
        await StartAsync("VPN_INTERFACE=tun0\nVPN_INTERFACE_KIND=veth\nTUNNEL_MARK=0x10000/0xff0000\n"
            + "VPN_SERVERS=203.0.113.10:1194/udp\n");

        (await SendAsync("203.0.113.10", 0x1ca6c)).Should().Be(1);
        (await SendAsync("203.0.113.10", 0x2ca6c)).Should().Be(0);
        (await SendAsync("203.0.113.10", 0)).Should().Be(0);
        (await SendAsync("203.0.113.99", 0x1ca6c)).Should().Be(0);
    }

    [TestCase("nft")]
    [TestCase("iptables")]
    public async Task A_transport_known_by_its_control_group_leaves_and_nobody_elses_does(string backend)
    {
        // Both walls' programs look for the group in the place where systems have it that know nothing older.
        var group = $"leakverifier-test-{Environment.ProcessId}";
        const string mount = "mount -t cgroup2 none /sys/fs/cgroup";
        var join = $"echo $$ >/sys/fs/cgroup/{group}/cgroup.procs";
        await File.WriteAllTextAsync(_file, $"TUNNEL_CGROUP={group}\nVPN_SERVERS=203.0.113.10:1194/udp\n");

        async Task<long> SendAsync(string address, string inside)
        {
            await RunAsync($"{mount}; {inside}; setpriv --reuid {Wire.OtherUser} --clear-groups bash -c 'echo probe >/dev/udp/{address}/1194' || true");
            return await _wire.ArrivedAsync();
        }

        await RunAsync($"{mount}; mkdir /sys/fs/cgroup/{group}");
        try
        {
            (await SendAsync("203.0.113.10", "true")).Should().Be(1, "nothing is closed yet");
            await RunAsync($"{mount}; exec {VpnFirewall.Path} start --backend {backend} --config {_file}");

            (await SendAsync("203.0.113.10", join)).Should().Be(1);
            (await SendAsync("203.0.113.10", "true")).Should().Be(0);
            (await SendAsync("203.0.113.99", join)).Should().Be(0);
        }
        finally
        {
            await RunAsync($"{mount}; rmdir /sys/fs/cgroup/{group}");
        }
    }

    [TestCase("veth", true)]
    [TestCase("wireguard", false)]
    public async Task The_tunnels_interface_is_one_of_its_kind_only(string kind, bool passes)
    {
        await StartAsync($"VPN_INTERFACE=tun0\nVPN_INTERFACE_KIND={kind}\nTUNNEL_USER=1194\nVPN_SERVERS=203.0.113.10:1194/udp\n");

        _wire.Send("203.0.113.80", 8080, Wire.OtherUser).Should().Be(passes);
    }

    [Test]
    public async Task Administration_is_open_to_its_network_and_leaves_nothing_of_its_own()
    {
        await StartAsync("TUNNEL_USER=1194\nVPN_SERVERS=203.0.113.10:1194/udp\nSSH_FROM=192.0.2.0/25@eth0:22\n");
        using var service = _wire.Client.Open(AddressFamily.InterNetwork, SocketType.Stream);
        service.Bind(new IPEndPoint(IPAddress.Any, 22));
        service.Listen();

        (await CanConnectAsync("192.0.2.1")).Should().BeTrue();
        (await CanConnectAsync("203.0.113.10")).Should().BeFalse("it is not of that network");

        await _wire.ArrivedAsync();
        using var own = _wire.Client.Open(AddressFamily.InterNetwork, SocketType.Stream);
        own.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        own.Bind(new IPEndPoint(IPAddress.Parse("192.0.2.2"), 0));
        own.Invoking(socket => socket.Connect(IPAddress.Parse("192.0.2.1"), 4711)).Should().Throw<SocketException>();
        using var raw = _wire.Client.Open(AddressFamily.InterNetwork, SocketType.Raw);
        Wire.TrySend(raw, Acknowledgement("192.0.2.2", "192.0.2.1"), new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0));
        (await _wire.ArrivedAsync()).Should().Be(0, "an answer to nobody is none");
    }

    [TestCase("nft")]
    [TestCase("iptables")]
    public async Task Administration_over_IPv6_is_open_to_a_neighbour_who_does_not_know_this_machine_yet(string backend)
    {
        await StartAsync("TUNNEL_USER=1194\nVPN_SERVERS=203.0.113.10:1194/udp\nSSH_FROM=2001:db8:1::/64@eth0:22\n", backend);
        using var service = _wire.Client.Open(AddressFamily.InterNetworkV6, SocketType.Stream);
        service.Bind(new IPEndPoint(IPAddress.IPv6Any, 22));
        service.Listen();
        await _wire.Outside.RunAsync("ip link set far arp off; ip link set far arp on"); // which forgets all neighbours

        (await CanConnectAsync("2001:db8:1::1", "2001:db8:1::2")).Should().BeTrue();
    }

    /// <summary>Runs a line of the shell in the client, with mounts of its own.</summary>
    private async Task RunAsync(string line)
    {
        var run = await _wire.Client.TryRunAsync("unshare", "--mount", "bash", "-ec", line);
        run.ExitCode.Should().Be(0, "'{0}' should work: {1}", line, run);
    }

    private async Task StartAsync(string configuration, string backend = "nft")
    {
        await File.WriteAllTextAsync(_file, configuration);
        var run = await VpnFirewall.RunAsync(_wire.Client, "start", "--backend", backend, "--config", _file);
        run.ExitCode.Should().Be(0, "{0}", run);
    }

    private async Task<long> SendAsync(string address, int mark)
    {
        using var socket = _wire.Client.Open(AddressFamily.InterNetwork, SocketType.Dgram, Wire.OtherUser);
        if (mark != 0)
        {
            socket.SetRawSocketOption(SocketLevel, Mark, BitConverter.GetBytes(mark));
        }

        Wire.TrySend(socket, "probe"u8, new IPEndPoint(IPAddress.Parse(address), 1194));
        return await _wire.ArrivedAsync();
    }

    private async Task<bool> CanConnectAsync(string source, string destination = "192.0.2.2")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var address = IPAddress.Parse(source);
        using var socket = _wire.Outside.Open(address.AddressFamily, SocketType.Stream);
        socket.Bind(new IPEndPoint(address, 0));
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(destination), 22), limit.Token);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>A TCP acknowledgement from port 22 that belongs to no connection.</summary>
    private static byte[] Acknowledgement(string source, string destination) =>
    [
        0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0,
        .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes(),
        0, 22, 0x12, 0x67, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 0x20, 0, 0, 0, 0, 0,
    ];
}
