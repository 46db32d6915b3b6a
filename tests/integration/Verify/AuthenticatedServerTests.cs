// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>
/// Another user sends to the VPN server's own address and port: only its keys tell whose datagrams are the tunnel's.
/// </summary>
public sealed class AuthenticatedServerTests() : SuiteFixture(
    Namespaces, "--firewall", "builtin", "--scenario", "openvpn-restart", "--scenario", "openvpn-tcp-*", "--scenario", "openvpn-tcp6-*",
    "--scenario", "openvpn-stays")
{
    [TestCase("openvpn-restart", "tor-same-port-udp-v4")]
    [TestCase("openvpn-tcp-rst", "tor-same-port-tcp-v4")]
    [TestCase("openvpn-tcp-fin", "tor-same-port-tcp-v4")]
    [TestCase("openvpn-tcp-corrupt", "tor-same-port-tcp-v4")]
    [TestCase("openvpn-tcp-closed", "tor-same-port-tcp-v4")]
    [TestCase("openvpn-tcp6-rst", "tor-same-port-tcp-v6")]
    public void What_others_send_to_the_same_address_and_port_leaks_without_a_firewall_and_not_with_one(string id, string name)
    {
        var probe = Report[id].Probes.Single(probe => probe.Name == name);

        probe.ControlFrames.Should().BePositive("{0}", Run);
        probe.LeakedFrames.Should().Be(0, "{0}", Run);
        Report[id].Verdict.Should().Be("sealed", "{0}", Run);
    }

    [Test]
    public void The_tunnels_own_datagrams_are_named_by_what_they_are()
    {
        var run = Report["openvpn-restart"].Protected!;

        run.TransportPackets.Should().ContainKeys("handshake", "control", "data");
        run.TransportPackets.Keys.Should().NotContain(["replay", "forged", "notTunnel"], "the firewall let nobody else send");
        Report["openvpn-restart"].Control!.TransportPackets.Should().ContainKey("notTunnel");
    }

    [Test]
    public void The_tunnels_own_stream_is_named_by_what_it_carries()
    {
        var run = Report["openvpn-tcp-rst"].Protected!;

        run.TransportPackets["handshake"].Should().BeGreaterThan(1, "the client came back");
        run.TransportPackets.Should().ContainKeys("control", "data");
        run.TransportPackets.Keys.Should().NotContain(["replay", "forged", "notTunnel"], "the firewall let nobody else send");
    }

    [Test]
    public void What_the_server_did_is_told()
    {
        foreach (var run in new[] { Report["openvpn-stays"].Control!, Report["openvpn-stays"].Protected! })
        {
            run.ServerActions.Should().Equal(
                "corrupt 20", "replay 20", "wrong-key 5", "renegotiate", "forge-reset", "push now", "say INFO,hello");
        }
    }
}
