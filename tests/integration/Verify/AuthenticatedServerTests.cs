// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>
/// Another user sends to the VPN server's own address and port: only its keys tell whose datagrams are the tunnel's.
/// </summary>
public sealed class AuthenticatedServerTests() : SuiteFixture(Namespaces, "--firewall", "builtin", "--scenario", "openvpn-restart")
{
    private ScenarioReport Scenario => Report["openvpn-restart"];

    [Test]
    public void The_other_users_datagrams_to_the_same_address_and_port_leak_without_a_firewall_and_not_with_one()
    {
        var probe = Scenario.Probes.Single(probe => probe.Name == "tor-same-port-udp-v4");

        probe.ControlFrames.Should().BePositive("{0}", Run);
        probe.LeakedFrames.Should().Be(0, "{0}", Run);
        Scenario.Verdict.Should().Be("sealed", "{0}", Run);
    }

    [Test]
    public void The_tunnels_own_datagrams_are_named_by_what_they_are()
    {
        var run = Scenario.Protected!;

        run.TransportPackets.Should().ContainKeys("handshake", "control", "data");
        run.TransportPackets.Keys.Should().NotContain(["replay", "forged", "notTunnel"], "the firewall let nobody else send");
        Scenario.Control!.TransportPackets.Should().ContainKey("notTunnel");
    }
}
