// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>What passes while the rules are replaced, again and again, under a blast of packets.</summary>
public sealed class FirewallReloadTests
{
    private const int Reloads = 100;

    // In the client, before and after our input chain: their difference is what the firewall took from the tunnel.
    private const string Meters = """
        table inet wire_replies {
            chain early {
                type filter hook prerouting priority raw;
                iifname "eth0" ip saddr 203.0.113.10 udp sport 1194 counter
                iifname "eth0" ip saddr 203.0.113.10 udp sport 9001 counter
            }
            chain late {
                type filter hook input priority filter + 10;
                iifname "eth0" ip saddr 203.0.113.10 udp sport 1194 counter
                iifname "eth0" ip saddr 203.0.113.10 udp sport 9001 counter
            }
        }
        """;

    private readonly string _config = VpnFirewall.Golden("minimal.conf");
    private Wire _wire = null!;

    [SetUp]
    public async Task SetUp()
    {
        _wire = await Wire.CreateAsync();
        await _wire.Client.RunAsync("ip route del 203.0.113.80");
        await StartAsync("start");
    }

    [TearDown]
    public void TearDown() => _wire?.Dispose();

    [Test]
    public async Task A_hundred_reloads_let_nothing_out()
    {
        using var forbidden = Connected(Wire.OtherUser, "203.0.113.80", 9);
        using (var blast = new Blast(forbidden))
        {
            for (var reload = 0; reload < Reloads; reload++)
            {
                await StartAsync("reload");
            }

            blast.Stop();
            blast.Attempts.Should().BeGreaterThan(10_000);
            blast.Taken.Should().Be(0, "of {0} attempts", blast.Attempts);
            (await _wire.ArrivedAsync()).Should().Be(0);
            TestContext.Out.WriteLine($"{blast.Attempts} attempts, none left");
        }

        // The control: a reload in two steps, which the same blast gets through.
        using var control = new Blast(forbidden);
        await StartAsync("flush");
        await StartAsync("start");
        control.Stop();
        (await _wire.ArrivedAsync()).Should().BePositive("the blast must be able to leak");
        TestContext.Out.WriteLine($"control: {control.Taken} of {control.Attempts} left");
    }

    [Test]
    public async Task A_hundred_reloads_take_nothing_from_the_tunnel()
    {
        await _wire.Client.LoadAsync(Meters);
        using var transport = Connected(Wire.TunnelUser, "203.0.113.10", 1194);
        using var replies = Reply(1194, ((IPEndPoint)transport.LocalEndPoint!).Port);
        using var strangers = Reply(9001, ((IPEndPoint)transport.LocalEndPoint!).Port);
        using var blast = new Blast(transport);
        using var echo = new Blast(replies);
        strangers.Send("stranger"u8);

        for (var reload = 0; reload < Reloads; reload++)
        {
            await StartAsync("reload");
        }

        blast.Stop();
        echo.Stop();
        blast.Taken.Should().Be(blast.Attempts).And.BeGreaterThan(10_000);
        var meters = (await QuietMetersAsync()).Split("chain late");
        var heard = Wire.Packets(meters[1], "sport 1194");
        heard.Should().Be(Wire.Packets(meters[0], "sport 1194")).And.BeGreaterThan(10_000);
        Wire.Packets(meters[0], "sport 9001").Should().Be(1);
        Wire.Packets(meters[1], "sport 9001").Should().Be(0, "the meters must be able to differ");
        TestContext.Out.WriteLine($"out {blast.Taken} of {blast.Attempts}, in {heard}, none lost");
    }

    /// <summary>The meters when nothing is under way any more: what was sent last may wait on a busy machine.</summary>
    private async Task<string> QuietMetersAsync()
    {
        var listing = "";
        await Traffic.Eventually.HoldsAsync(async () =>
        {
            var before = listing;
            listing = await _wire.Client.RunAsync("nft list table inet wire_replies");
            listing.Should().Be(before);
        });
        return listing;
    }

    private async Task StartAsync(string verb)
    {
        var run = await VpnFirewall.RunAsync(_wire.Client, verb, "--config", _config);
        run.ExitCode.Should().Be(0, "{0}", run);
    }

    private Socket Connected(uint user, string address, int port)
    {
        var socket = _wire.Client.Open(AddressFamily.InterNetwork, SocketType.Dgram, user);
        socket.Connect(IPAddress.Parse(address), port);
        return socket;
    }

    private Socket Reply(int from, int to)
    {
        var socket = _wire.Outside.Open(AddressFamily.InterNetwork, SocketType.Dgram);
        socket.Bind(new IPEndPoint(IPAddress.Parse("203.0.113.10"), from));
        socket.Connect(IPAddress.Parse("192.0.2.2"), to);
        return socket;
    }
}
