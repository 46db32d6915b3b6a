// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Firewalls;

/// <summary>What a firewall under test is told.</summary>
public sealed class FirewallFactsTests
{
    private static readonly ClearTraffic Clear = new()
    {
        LocalNet = "192.0.2.0/24",
        SshFrom = "198.51.100.0/24@eth0:22",
        HasDhcp = true,
    };

    private string _file = "";

    [SetUp]
    public void SetUp()
    {
        _file = Path.Combine(Directory.CreateTempSubdirectory("firewall-facts-").FullName, "client.conf");
    }

    [TearDown]
    public void TearDown()
    {
        Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);
    }

    [Test]
    public void The_configuration_file_is_read_without_errors_and_warnings()
    {
        FirewallFacts.Write(_file, ClearTraffic.None);

        var result = ConfigurationFiles.Read(_file);

        result.Errors.Should().BeEmpty();
        result.Warnings.Should().BeEmpty();
        result.Policy!.LocalNetworks.Should().BeEmpty();
    }

    [TestCase(TransportProtocol.Udp, "udp")]
    [TestCase(TransportProtocol.Tcp, "tcp")]
    public void The_variables_say_the_same_as_the_configuration_file(TransportProtocol transport, string name)
    {
        var facts = FirewallFacts.Write(_file, Clear, transport: transport);
        facts["LV_SERVER_PROTO"].Should().Be(name);
        var policy = ConfigurationFiles.Read(_file).Policy!;

        policy.TunnelInterface.Matches(facts["LV_TUNNEL_IF"]).Should().BeTrue();
        policy.IsPhysical(facts["LV_PHYSICAL_IF"]).Should().BeTrue();
        policy.Identity.Uid.ToString().Should().Be(facts["LV_TUNNEL_UID"]);
        policy.Servers.Select(server => server.ToString()).Should().BeEquivalentTo(
            $"{facts["LV_SERVER_IP"]}:{facts["LV_SERVER_PORT"]}/{facts["LV_SERVER_PROTO"]}",
            $"[{facts["LV_SERVER_IP6"]}]:{facts["LV_SERVER_PORT"]}/{facts["LV_SERVER_PROTO"]}");
        policy.LocalNetworks.Should().ContainSingle().Which.Network.ToString().Should().Be(facts["LV_LOCAL_NET"]);
        policy.Management.Should().ContainSingle().Which.ToString().Should().Be(facts["LV_SSH_FROM"]);
        policy.AllowDhcp.Should().Be(bool.Parse(facts["LV_DHCP"])).And.BeTrue();
        policy.Forwarding.Should().Be(bool.Parse(facts["LV_FORWARDING"]));
        facts["LV_CONFIG"].Should().Be(_file);
    }

    [Test]
    public void On_a_gateway_the_internal_interface_is_named_and_is_not_physical()
    {
        var facts = FirewallFacts.Write(_file, ClearTraffic.None, Topology.Gateway);
        var policy = ConfigurationFiles.Read(_file).Policy!;

        facts["LV_FORWARDING"].Should().Be("true");
        policy.Forwarding.Should().BeTrue();
        policy.IsPhysical(facts["LV_INTERNAL_IF"]).Should().BeFalse();
    }

    [Test]
    public void Every_variable_of_the_contract_is_there()
    {
        FirewallFacts.Write(_file, ClearTraffic.None).Keys.Should().BeEquivalentTo(
            "LV_PHYSICAL_IF", "LV_TUNNEL_IF", "LV_SERVER_IP", "LV_SERVER_IP6", "LV_SERVER_PORT", "LV_SERVER_PROTO",
            "LV_TUNNEL_UID", "LV_LOCAL_NET", "LV_SSH_FROM", "LV_DHCP", "LV_FORWARDING", "LV_INTERNAL_IF", "LV_CONFIG");
    }
}
