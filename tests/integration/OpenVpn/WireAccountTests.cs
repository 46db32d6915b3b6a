// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Text;
using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.IntegrationTests.OpenVpn;

/// <summary>
/// A server whose address and port somebody else uses too: only what the real client sent through the tunnel is the
/// tunnel's.
/// </summary>
public sealed class WireAccountTests
{
    private static readonly IPEndPoint Server = new(IPAddress.Parse(VpnLab.Server4), 1194);

    [TestCase(WrappingMode.None)]
    [TestCase(WrappingMode.TlsAuth)]
    [TestCase(WrappingMode.TlsCrypt)]
    [CancelAfter(120_000)]
    public async Task Another_users_datagrams_to_the_same_port_are_told_from_the_clients(
        WrappingMode wrapping, CancellationToken timeout)
    {
        using var lab = new VpnLab();
        var options = lab.Options() with { Wrapping = wrapping, WrappingKey = StaticKey.Generate() };
        using var server = lab.Start(options);
        using var tap = new WireTap(lab.ServerHost, Server.Port);
        using (var client = lab.Connect(options, "client", "reneg-sec 2", "explicit-exit-notify 1"))
        {
            await client.WaitUntilUpAsync(timeout);
            (await lab.SeenAddressAsync(VpnLab.Target4, timeout)).ToString().Should().Be("198.51.100.2");
            await server.WaitForAsync(ServerEventKind.Renegotiated, 1, timeout);
            (await lab.SeenAddressAsync(VpnLab.Target4, timeout)).ToString().Should().Be("198.51.100.2");
            client.Signal("TERM");
            await client.WaitForExitAsync(timeout);
        }

        var genuine = tap.Datagrams;
        using var other = lab.ClientHost.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        var replay = genuine[^1].Payload;
        byte[] forged = [.. genuine[^1].Payload[..^1], (byte)(genuine[^1].Payload[^1] ^ 1)];
        var plain = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n");
        foreach (var payload in new[] { forged, replay, plain })
        {
            await other.SendToAsync(payload, Server, timeout);
        }

        // The sentinel is the last datagram: when it is there, so is everything before it.
        await other.SendToAsync(Encoding.ASCII.GetBytes("sentinel"), Server, timeout);
        await Task.Run(
            () => SpinWait.SpinUntil(() => tap.Datagrams.Any(d => d.Payload.AsSpan().SequenceEqual("sentinel"u8)), 5000), timeout);

        using var accountant = new DatagramAccountant(server.ExportAccount());
        var verdicts = tap.Datagrams.Select(d => accountant.Judge(d.Source, d.Payload)).ToArray();
        verdicts.Take(genuine.Count).Should().OnlyContain(verdict => verdict.Class.IsTunnel());
        verdicts.Skip(genuine.Count).Select(verdict => verdict.Class).Should().Equal(
            PacketClass.Forged, PacketClass.Replay, PacketClass.NotTunnel, PacketClass.NotTunnel);
        accountant.Total(PacketClass.Handshake).Should().BeGreaterThanOrEqualTo(2);
        accountant.Total(PacketClass.Control).Should().BePositive();
        accountant.Total(PacketClass.Data).Should().BePositive();
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Another_users_connection_to_the_same_port_is_told_from_the_clients(CancellationToken timeout)
    {
        using var lab = new VpnLab();
        var options = lab.Options() with { Transport = Transport.Tcp };
        using var server = lab.Start(options);
        using var tap = new WireTap(lab.ServerHost, Server.Port);
        using (var client = lab.Connect(options))
        {
            await client.WaitUntilUpAsync(timeout);
            (await lab.SeenAddressAsync(VpnLab.Target4, timeout)).ToString().Should().Be("198.51.100.2");
            client.Signal("TERM");
            await client.WaitForExitAsync(timeout);
        }

        using var other = lab.ClientHost.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await other.ConnectAsync(Server, timeout);
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;
        await other.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"), timeout);
        (await other.ReceiveAsync(new byte[10], timeout)).Should().Be(0, "the server takes it for no tunnel's stream");

        using var accountant = new StreamAccountant(server.ExportAccount());
        foreach (var segment in tap.Segments)
        {
            accountant.Add(segment);
        }

        var verdicts = accountant.Finish();
        verdicts.Where(verdict => verdict.Segment.Source.Port != port).Should().NotBeEmpty()
            .And.OnlyContain(verdict => verdict.Class.IsTunnel());
        var foreign = verdicts.Where(verdict => verdict.Segment.Source.Port == port).ToArray();
        foreign.Should().OnlyContain(verdict => !verdict.Class.IsTunnel());
        foreign.Should().Contain(verdict => verdict.Class == PacketClass.NotTunnel);
    }
}
