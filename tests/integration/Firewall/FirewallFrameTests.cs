// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>The second wall: what passes no rule of the IP layer, each with the first wall alone, where it leaks.</summary>
public sealed class FirewallFrameTests
{
    private const string FrameMeter = """
        table netdev wire_frames {
            counter names_tunnel {
            }
            chain arrived {
                type filter hook ingress device "far" priority filter;
                arp saddr ip 198.51.100.2 counter name names_tunnel
            }
        }
        """;

    private Wire _wire = null!;

    [SetUp]
    public async Task SetUp()
    {
        _wire = await Wire.CreateAsync();
        await _wire.Outside.LoadAsync(FrameMeter);
    }

    [TearDown]
    public void TearDown() => _wire?.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_packet_sockets_frame_leaks_past_the_first_wall_and_not_past_the_second(bool bypassesQueue)
    {
        await FirstWallAloneAsync();
        (await SendFrameAsync("eth0", bypassesQueue)).Should().BeTrue();
        (await _wire.ArrivedAsync()).Should().Be(1, "the first wall does not see it");

        await StartAsync();
        (await SendFrameAsync("eth0", bypassesQueue)).Should().BeFalse();
        (await _wire.ArrivedAsync()).Should().Be(0);
    }

    [Test]
    public async Task A_child_of_the_physical_interface_leaks_past_the_first_wall_and_not_past_the_second()
    {
        using var child = await TestNamespace.CreateAsync();
        await _wire.Client.RunAsync(
            $"ip link add child0 link eth0 type macvlan mode bridge && ip link set child0 netns {child.HolderId}");
        await child.RunAsync("ip addr add 192.0.2.77/24 dev child0 && ip link set child0 up && "
            + "ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev child0 && ip route add default via 192.0.2.1");
        await _wire.Outside.RunAsync("ip link set far promisc on");

        async Task<long> SendAsync()
        {
            using var socket = child.Open(AddressFamily.InterNetwork, SocketType.Dgram);
            socket.EnableBroadcast = true;
            Wire.TrySend(socket, "probe"u8, new IPEndPoint(IPAddress.Parse("192.0.2.255"), 4711));
            return await _wire.ArrivedAsync();
        }

        await FirstWallAloneAsync();
        (await SendAsync()).Should().Be(1, "it is another machine to the first wall");
        await StartAsync();
        (await SendAsync()).Should().Be(0);
    }

    [Test]
    public async Task ARP_that_names_the_tunnels_address_leaks_past_the_first_wall_and_not_past_the_second()
    {
        await FirstWallAloneAsync();
        (await PacketSocket.AskAsync(_wire.Client, "eth0", "198.51.100.2", "192.0.2.1")).Should().BeTrue();
        (await NamedAsync()).Should().Be(1);

        await StartAsync();
        (await PacketSocket.AskAsync(_wire.Client, "eth0", "198.51.100.2", "192.0.2.1")).Should().BeFalse();
        (await NamedAsync()).Should().Be(0);
        (await PacketSocket.AskAsync(_wire.Client, "eth0", "192.0.2.2", "192.0.2.1")).Should().BeTrue("ordinary ARP passes");
    }

    [Test]
    public async Task A_neighbour_who_asks_for_the_tunnels_address_is_answered_before_start_and_not_after()
    {
        await PacketSocket.AskAsync(_wire.Outside, "far", "192.0.2.1", "198.51.100.2");
        (await NamedAsync()).Should().Be(1, "Linux answers for any of its addresses");

        await StartAsync();
        await PacketSocket.AskAsync(_wire.Outside, "far", "192.0.2.1", "198.51.100.2");
        (await NamedAsync()).Should().Be(0);
        (await _wire.Client.RunAsync("sysctl -n net.ipv4.conf.all.arp_ignore")).Trim().Should().Be("1");

        (await VpnFirewall.RunAsync(_wire.Client, "flush")).ExitCode.Should().Be(0);
        (await _wire.Client.RunAsync("sysctl -n net.ipv4.conf.all.arp_ignore")).Trim().Should().Be("0");
        (await _wire.Client.RunAsync("nft list tables")).Should().BeEmpty();
    }

    [Test]
    public async Task Where_the_kernel_settings_are_read_only_it_closes_all_the_same_and_says_so_once()
    {
        const string resolicit = "sysctl -n net.ipv6.neigh.eth0.mcast_resolicit";
        (await _wire.Client.RunAsync(resolicit)).Trim().Should().Be("0");

        var run = await ReadOnlyAsync("start", "--config", VpnFirewall.Golden("minimal.conf"));

        run.ExitCode.Should().Be(0, "{0}", run);
        run.Error.Should().ContainAll("arp_ignore", "send_redirects", "docker run --sysctl");
        run.Error.Split("read-only").Should().HaveCount(2);
        (await _wire.Client.RunAsync("sysctl -n net.ipv4.conf.all.arp_ignore")).Trim().Should().Be("0");
        (await _wire.Client.RunAsync(resolicit)).Trim().Should().Be("3", "netlink sets it all the same");
        (await VpnFirewall.ListAsync(_wire.Client)).Should().Be(VpnFirewall.Listing("minimal"));

        (await ReadOnlyAsync("flush")).ExitCode.Should().Be(0);
        (await _wire.Client.RunAsync(resolicit)).Trim().Should().Be("0");
    }

    [Test]
    public async Task An_interface_that_appears_is_covered_by_the_next_load()
    {
        await StartAsync();
        var outside = _wire.Outside.HolderId;
        await _wire.Client.RunAsync($"ip link add late0 type veth peer name latefar netns {outside} && ip link set late0 up");
        await _wire.Outside.RunAsync("ip link set latefar up");

        (await SendFrameAsync("late0", bypassesQueue: false)).Should().BeTrue("the second wall has not seen it yet");
        await StartAsync();
        (await SendFrameAsync("late0", bypassesQueue: false)).Should().BeFalse();
    }

    [Test]
    public async Task The_second_wall_is_read_back_and_compared()
    {
        await StartAsync();
        await _wire.Client.RunAsync("nft add rule netdev vpn_firewall may_leave accept");

        var altered = await VpnFirewall.RunAsync(_wire.Client, "status", "--config", VpnFirewall.Golden("minimal.conf"));
        altered.ExitCode.Should().Be(1);
        altered.Output.Should().Contain("+ may_leave: accept");

        await StartAsync();
        await _wire.Client.RunAsync("nft insert rule netdev vpn_firewall names_tunnel accept");
        var bypassed = await VpnFirewall.RunAsync(_wire.Client, "status", "--config", VpnFirewall.Golden("minimal.conf"));
        bypassed.ExitCode.Should().Be(1);
        bypassed.Output.Should().Contain("+ names_tunnel: accept");

        await StartAsync();
        await _wire.Client.RunAsync("nft delete table netdev vpn_firewall");
        var gone = await VpnFirewall.RunAsync(_wire.Client, "status", "--config", VpnFirewall.Golden("minimal.conf"));
        gone.ExitCode.Should().Be(1);
        gone.Output.Should().Contain("the second wall is gone");
    }

    [Test]
    public async Task A_second_wall_that_sees_no_uplink_is_not_in_force()
    {
        await StartAsync();
        var listing = await _wire.Client.RunAsync("nft --stateless list table netdev vpn_firewall");
        var moved = Regex.Replace(listing, "devices = .* priority", "device \"lo\" priority");
        await _wire.Client.LoadAsync("delete table netdev vpn_firewall\n" + moved);

        var run = await VpnFirewall.RunAsync(_wire.Client, "status", "--config", VpnFirewall.Golden("minimal.conf"), "--json");

        run.ExitCode.Should().Be(1, "{0}", run);
        run.Output.Should().Contain("\"closed\": false").And.Contain("- egress: eth0");
    }

    private Task<bool> SendFrameAsync(string link, bool bypassesQueue)
    {
        return PacketSocket.SendUdpAsync(_wire.Client, link, "192.0.2.2", "203.0.113.10", 9001, bypassesQueue);
    }

    private async Task<long> NamedAsync()
    {
        var listing = await _wire.Outside.RunAsync("nft reset counter netdev wire_frames names_tunnel");
        return Wire.Packets(listing, "counter names_tunnel");
    }

    private async Task FirstWallAloneAsync()
    {
        var print = await VpnFirewall.RunAsync(_wire.Client, "print", "--config", VpnFirewall.Golden("minimal.conf"));
        await _wire.Client.LoadAsync(print.Output);
        await _wire.ArrivedAsync();
    }

    private async Task StartAsync()
    {
        var run = await VpnFirewall.RunAsync(_wire.Client, "start", "--config", VpnFirewall.Golden("minimal.conf"));
        run.ExitCode.Should().Be(0, "{0}", run);
    }

    /// <summary>As in a container: the kernel's settings can be read, and not written.</summary>
    private Task<ProgramRun> ReadOnlyAsync(params string[] verb)
    {
        const string mount = "mount --bind /proc/sys/net /proc/sys/net && mount -o remount,bind,ro /proc/sys/net && exec \"$@\"";
        return _wire.Client.TryRunAsync(["unshare", "--mount", "sh", "-c", mount, "sh", VpnFirewall.Path, .. verb]);
    }
}
