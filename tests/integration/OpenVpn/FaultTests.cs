// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Clients;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.IntegrationTests.OpenVpn;

/// <summary>What the real client does when a script breaks the server, as its log and its addresses show.</summary>
public sealed class FaultTests
{
    private static readonly IPAddress First4 = IPAddress.Parse("198.51.100.2");

    [TestCase("restart", "SIGUSR1[soft,server-pushed-connection-reset]", Transport.Udp)]
    [TestCase("exit", "SIGUSR1[soft,remote-exit]", Transport.Udp)]
    [TestCase("exit-packet", "SIGUSR1[soft,remote-exit]", Transport.Udp)]
    [TestCase("garbage", "SIGUSR1[soft,tls-error]", Transport.Udp)]
    [TestCase("forget", "SIGUSR1[soft,ping-restart]", Transport.Udp)]
    [TestCase("rst", "SIGUSR1[soft,connection-reset]", Transport.Tcp)]
    [TestCase("fin", "SIGUSR1[soft,connection-reset]", Transport.Tcp)]
    [TestCase("corrupt 1", "SIGUSR1[soft,decryption-error]", Transport.Tcp)]
    [CancelAfter(120_000)]
    public async Task The_client_restarts_and_comes_back(
        string action, string line, Transport transport, CancellationToken timeout)
    {
        using var lab = new VpnLab();
        var options = Scripted(lab, $"when tunnel-up after 100 ms do {action}") with
        {
            Transport = transport,
            Push = ["redirect-gateway def1 ipv6", "ping 1", "ping-restart 2"],
        };
        using var server = lab.Start(options);
        using var client = lab.Connect(options);
        await client.WaitUntilUpAsync(timeout);
        client.Count(line).Should().Be(0, "the fault comes later");

        await client.WaitForLineAsync(line, timeout);
        await client.WaitUntilUpAsync(timeout, times: 2);
        (await lab.SeenAddressAsync(VpnLab.Target4, timeout)).Should().Be(First4);
    }

    [TestCase("when keys-read do auth-failed", "AUTH: Received control message: AUTH_FAILED")]
    [TestCase("when tunnel-up do halt", "SIGTERM[soft,server-pushed-halt]")]
    [TestCase("when started do push add inactive 1 100000000", "SIGTERM[soft,inactive]")]
    [CancelAfter(120_000)]
    public async Task The_client_gives_up(string script, string line, CancellationToken timeout)
    {
        using var lab = new VpnLab();
        var options = Scripted(lab, script);
        using var server = lab.Start(options);
        using var client = lab.Connect(options);

        await client.WaitForExitAsync(timeout);
        client.Log.Should().Contain(line);
    }

    [TestCase(true, Transport.Udp)]
    [TestCase(false, Transport.Udp)]
    [TestCase(true, Transport.Tcp)]
    [TestCase(false, Transport.Tcp)]
    [CancelAfter(120_000)]
    public async Task New_keys_are_agreed_from_either_side_without_losing_the_tunnel(
        bool byServer, Transport transport, CancellationToken timeout)
    {
        using var lab = new VpnLab();
        // The client may not be done with the last keys yet: a datagram it ignores then, a stream it restarts.
        var pause = transport == Transport.Tcp ? "after 500 ms " : "";
        var script = byServer ? $"when every renegotiated {pause}do renegotiate\nwhen tunnel-up do renegotiate" : "";
        var options = Scripted(lab, script) with { Transport = transport };
        using var server = lab.Start(options);
        using var client = lab.Connect(options, "client", byServer ? "reneg-sec 3600" : "reneg-sec 2");
        await client.WaitUntilUpAsync(timeout);
        await server.WaitForAsync(ServerEventKind.Renegotiated, 2, timeout);

        for (var i = 0; i < 5; i++)
        {
            (await lab.SeenAddressAsync(VpnLab.Target4, timeout)).Should().Be(First4);
        }

        await server.WaitForAsync(ServerEventKind.Renegotiated, 3, timeout);
        (await lab.SeenAddressAsync(VpnLab.Target6, timeout)).ToString().Should().Be("2001:db8:100::2");
        client.Count("SIGUSR1").Should().Be(0);
        client.Count("Initialization Sequence Completed").Should().Be(1);
    }

    [TestCase("")]
    [TestCase("push add route 203.0.113.9 255.255.255.255 net_gateway")]
    [CancelAfter(120_000)]
    public async Task The_client_says_that_it_leaves(string action, CancellationToken timeout)
    {
        using var lab = new VpnLab();
        var options = Scripted(lab, action.Length > 0 ? "when started do " + action : "");
        using var server = lab.Start(options);
        using var client = lab.Connect(options, "client", "explicit-exit-notify 1");
        await client.WaitUntilUpAsync(timeout);
        lab.ClientHost.Execute("ip", "route").Contains("203.0.113.9 via 192.0.2.1", StringComparison.Ordinal)
            .Should().Be(action.Length > 0);

        client.Signal("TERM");

        await server.WaitForAsync(ServerEventKind.ClientExit, 1, timeout);
        await client.WaitForExitAsync(timeout);
    }

    [TestCase("", "on the control channel")]
    [TestCase("when started do push remove protocol-flags", "on the data channel")]
    [CancelAfter(120_000)]
    public async Task The_client_says_that_it_leaves_on_the_channel_that_was_pushed(
        string script, string channel, CancellationToken timeout)
    {
        using var lab = new VpnLab();
        var options = Scripted(lab, script);
        using var server = lab.Start(options);
        using var client = lab.Connect(options, "client", "explicit-exit-notify 1");
        await client.WaitUntilUpAsync(timeout);

        client.Signal("TERM");

        (await server.WaitForAsync(ServerEventKind.ClientExit, 1, timeout)).Detail.Should().Be(channel);
        await client.WaitForExitAsync(timeout);
    }

    [TestCase(Transport.Udp)]
    [TestCase(Transport.Tcp)]
    [CancelAfter(120_000)]
    public async Task An_idle_tunnel_lives_by_the_servers_pings_and_starts_over_without_them(
        Transport transport, CancellationToken timeout)
    {
        using var lab = new VpnLab();
        var options = Scripted(lab, "when tunnel-up after 6 s do ping never") with
        {
            Transport = transport,
            Push = ["ping 1", "ping-restart 3"],
        };
        using var server = lab.Start(options);
        using var client = lab.Connect(options);
        await client.WaitUntilUpAsync(timeout);

        await server.WaitForAsync(ServerEventKind.ActionDone, 1, timeout);
        client.Count("SIGUSR1").Should().Be(0, "twice the time of ping-restart has passed, with nothing but pings");

        await client.WaitForLineAsync("SIGUSR1[soft,ping-restart]", timeout);
    }

    [TestCase(Transport.Udp)]
    [TestCase(Transport.Tcp)]
    [CancelAfter(120_000)]
    public async Task Two_clients_are_served_at_once_and_one_that_leaves_does_not_touch_the_other(
        Transport transport, CancellationToken timeout)
    {
        using var lab = new VpnLab();
        using var second = new Namespace("second");
        lab.ServerHost.Connect(second, "eth1", "eth0");
        lab.ServerHost.Ip("address add 192.0.2.129/28 dev eth1");
        second.Ip("address add 192.0.2.130/28 dev eth0");
        second.Ip($"route add {VpnLab.Server4} via 192.0.2.129");
        var options = Scripted(lab, "") with { Transport = transport };
        using var server = lab.Start(options);
        using var first = lab.Connect(options);
        await first.WaitUntilUpAsync(timeout);
        using var credential = lab.Authority.IssueClient("second");
        var profile = new ClientProfile { Server = options, Remote = options.Listen, Credential = credential };
        using (var other = ClientProcess.Start(second, profile.Render()))
        {
            await other.WaitUntilUpAsync(timeout);
            second.Execute("ip", "address show dev tun0").Should().Contain("198.51.100.3");
            (await lab.SeenAddressAsync(VpnLab.Target4, timeout)).Should().Be(First4);
        }

        (await lab.SeenAddressAsync(VpnLab.Target4, timeout)).Should().Be(First4);
        first.Count("Initialization Sequence Completed").Should().Be(1);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_server_that_moves_or_closes_is_found_dead_and_one_that_opens_again_is_found(
        CancellationToken timeout)
    {
        using var lab = new VpnLab();
        var options = Scripted(lab, $"""
            when tunnel-up do move {VpnLab.OtherServer4}
            when ended do heal
            """) with
        {
            Push = ["redirect-gateway def1 ipv6", "ping 1", "ping-restart 2"],
        };
        using var server = lab.Start(options);
        using var client = lab.Connect(options, "client", $"remote {VpnLab.OtherServer4} 1194");
        await client.WaitUntilUpAsync(timeout);

        await client.WaitForLineAsync("SIGUSR1[soft,ping-restart]", timeout);
        await client.WaitUntilUpAsync(timeout, times: 2);
        (await lab.SeenAddressAsync(VpnLab.Target4, timeout)).Should().Be(First4);
        client.Log.Should().Contain($"link remote: [AF_INET]{VpnLab.OtherServer4}:1194");
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_certificate_of_a_stranger_is_refused_and_the_right_one_taken_again(CancellationToken timeout)
    {
        using var lab = new VpnLab();
        var options = Scripted(lab, """
            when started do certificate other
            when client-reset #2 do certificate own
            """);
        using var server = lab.Start(options);
        using var client = lab.Connect(options);

        await client.WaitForLineAsync("certificate verify failed", timeout);
        await client.WaitUntilUpAsync(timeout);
        (await lab.SeenAddressAsync(VpnLab.Target4, timeout)).Should().Be(First4);
    }

    private static OpenVpnServerOptions Scripted(VpnLab lab, string script)
    {
        var result = FaultScript.Parse(script);
        result.Problems.Should().BeEmpty();
        return lab.Options() with { Script = result.Script };
    }
}
