// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Policy;

public sealed class ExceptionConfigurationTests
{
    private const string Valid = "TUNNEL_USER=1194\nVPN_SERVERS=203.0.113.10:1194/udp\n";

    [Test]
    public void Administration_is_bound_to_network_interface_and_port()
    {
        var result = ConfigurationFiles.Parse(
            "a.conf", Valid + "SSH_FROM=\"192.168.1.0/24@eth0:22 fd00::/64@enp3s0.7:2222\"\n");

        result.Errors.Should().BeEmpty();
        result.Warnings.Should().BeEmpty();
        result.Policy!.Management.Select(access => access.ToString())
            .Should().Equal("192.168.1.0/24@eth0:22", "fd00::/64@enp3s0.7:2222");
        result.Policy.AllowNeighbourDiscovery.Should().BeTrue("an IPv6 neighbour must be found to be answered");
    }

    [Test]
    public void Administration_from_the_internet_is_warned_of()
    {
        ConfigurationFiles.Parse("a.conf", Valid + "SSH_FROM=198.51.100.0/24@eth0:22\n").Warnings
            .Should().ContainSingle().Which.What.Should().Contain("not a private network");
    }

    [TestCase("192.168.1.0/24", false)]
    [TestCase("224.0.0.251", false)]
    [TestCase("239.255.255.250", false)]
    [TestCase("224.0.1.129", true)]
    [TestCase("224.0.0.0/8", true)]
    [TestCase("198.51.100.0/24", true)]
    public void A_local_network_that_routers_forward_is_warned_of(string network, bool isWarnedOf)
    {
        var result = ConfigurationFiles.Parse("a.conf", Valid + $"LOCAL_NET={network}\n");

        result.Errors.Should().BeEmpty();
        result.Warnings.Any(warning => warning.What.Contains("not a private network", StringComparison.Ordinal))
            .Should().Be(isWarnedOf);
    }

    [TestCase("SSH_FROM=192.168.1.0/24", "names no interface and port")]
    [TestCase("SSH_FROM=192.168.1.0/24@eth0", "names no interface and port")]
    [TestCase("SSH_FROM=192.168.1.0/24:22", "names no interface and port")]
    [TestCase("SSH_FROM=192.168.1.0/24@eth+:22", "names no interface and port")]
    [TestCase("SSH_FROM=192.168.1.0/24@lo:22", "names no interface and port")]
    [TestCase("SSH_FROM=192.168.1.0/24@eth0:0", "names no interface and port")]
    [TestCase("SSH_FROM=192.168.1.0/24@eth0:65536", "names no interface and port")]
    [TestCase("SSH_FROM=192.168.1.0/24@eth0:53", "is DNS")]
    [TestCase("SSH_FROM=fd00::/64@eth0:853", "is DNS")]
    [TestCase("SSH_FROM=0.0.0.0/0@eth0:22", "too wide")]
    [TestCase("SSH_FROM=router@eth0:22", "no network")]
    [TestCase("EAPOL=yes", "neither true nor false")]
    [TestCase("LOG=0", "neither true nor false")]
    [TestCase("CLIENT_DNS=224.0.0.1", "not the address of one host")]
    [TestCase("CLIENT_DNS=resolver", "not the address of one host")]
    [TestCase("CLIENT_DNS=\"10.8.0.1 10.8.0.2\"", "two resolvers of one family")]
    public void A_wrong_exception_is_refused_with_its_place_and_its_mend(string line, string what)
    {
        var result = ConfigurationFiles.Parse("a.conf", Valid + line + "\n");

        result.Policy.Should().BeNull();
        result.Errors.Should().ContainSingle().Which.ToString().Should().StartWith("a.conf:3: ").And.Contain(what);
    }

    [Test]
    public void Clients_DNS_is_redirected_on_a_gateway_only()
    {
        const string lines = Valid + "CLIENT_DNS=\"10.8.0.1 fd00::1\"\n";

        var host = ConfigurationFiles.Parse("a.conf", lines);
        var gateway = ConfigurationFiles.Parse("a.conf", lines + "FORWARDING=true\n");

        host.Policy!.ClientDns.Should().BeEmpty();
        host.Warnings.Should().ContainSingle().Which.What.Should().Contain("does nothing without FORWARDING=true");
        gateway.Policy!.ClientDns.Select(address => address.ToString()).Should().Equal("10.8.0.1", "fd00::1");
        gateway.Warnings.Should().BeEmpty();
    }

    [Test]
    public void Exceptions_are_off_and_the_log_is_on_unless_said_otherwise()
    {
        var silent = ConfigurationFiles.Parse("a.conf", Valid + "EAPOL=\nLOG=\nSSH_FROM=\n").Policy!;
        var set = ConfigurationFiles.Parse("a.conf", Valid + "EAPOL=true\nLOG=false\n").Policy!;

        (silent.AllowEapol, silent.LogRefused, silent.Management.IsEmpty).Should().Be((false, true, true));
        (set.AllowEapol, set.LogRefused).Should().Be((true, false));
    }
}
