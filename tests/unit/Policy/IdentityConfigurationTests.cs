// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Policy;

public sealed class IdentityConfigurationTests
{
    private const string Servers = "VPN_SERVERS=203.0.113.10:1194/udp\n";

    [TestCase("TUNNEL_MARK=0xca6c", "mark 0xca6c")]
    [TestCase("TUNNEL_MARK=51820", "mark 0xca6c")]
    [TestCase("TUNNEL_MARK=0x10000/0xff0000", "mark 0x10000/0xff0000")]
    [TestCase("TUNNEL_CGROUP=vpn.slice", "cgroup vpn.slice")]
    [TestCase("TUNNEL_CGROUP=/system.slice/openvpn-client@vpn.service", "cgroup system.slice/openvpn-client@vpn.service")]
    [TestCase("TUNNEL_CGROUP='system.slice/system-openvpn\\x2dclient.slice'", "cgroup system.slice/system-openvpn\\x2dclient.slice")]
    [TestCase("TUNNEL_USER=7\nTUNNEL_MARK=1\nTUNNEL_CGROUP=a/b", "user 7 with mark 0x1 with cgroup a/b")]
    public void The_tunnels_packets_are_known_by_all_of_what_is_set(string lines, string identity)
    {
        var result = ConfigurationFiles.Parse("a.conf", Servers + lines + "\n");

        result.Errors.Should().BeEmpty();
        result.Policy!.Identity.ToString().Should().Be(identity);
    }

    [Test]
    public void A_control_group_alone_needs_servers()
    {
        ConfigurationFiles.Parse("a.conf", "TUNNEL_CGROUP=vpn.slice\n").Errors
            .Should().ContainSingle().Which.What.Should().Contain("without VPN_SERVERS");
        ConfigurationFiles.Parse("a.conf", "TUNNEL_CGROUP=vpn.slice\nTUNNEL_MARK=7\n").Errors.Should().BeEmpty();
    }

    [Test]
    public void Without_a_mark_and_a_cgroup_the_user_is_the_originals()
    {
        var result = ConfigurationFiles.Parse("a.conf", Servers, new UserDirectory("/nonexistent"));

        result.Errors.Should().ContainSingle().Which.What.Should().Contain("TUNNEL_USER is not set and there is no user 'tunnel'");
    }

    [TestCase("TUNNEL_MARK=0", "every packet that nobody marked")]
    [TestCase("TUNNEL_MARK=0x10000/0xff", "can match no packet")]
    [TestCase("TUNNEL_MARK=0x1ffffffff", "is no mark")]
    [TestCase("TUNNEL_MARK=1/2/3", "is no mark")]
    [TestCase("TUNNEL_MARK=-1", "is no mark")]
    [TestCase("TUNNEL_CGROUP=/", "no control group below the root")]
    [TestCase("TUNNEL_CGROUP=vpn.slice/../user.slice", "no control group below the root")]
    [TestCase("TUNNEL_CGROUP=\"a b\"", "no control group below the root")]
    [TestCase("TUNNEL_CGROUP=a\\x2db", "shell code")]
    [TestCase("VPN_INTERFACE_KIND=TUN!", "shell code")]
    [TestCase("VPN_INTERFACE_KIND=TUN", "no kind of link")]
    public void A_wrong_identity_is_refused_with_its_place_and_its_mend(string line, string what)
    {
        const string user = "TUNNEL_USER=1194\n";

        var result = ConfigurationFiles.Parse("a.conf", Servers + line + "\n" + user);

        result.Policy.Should().BeNull();
        var error = result.Errors.Should().ContainSingle().Subject;
        error.ToString().Should().StartWith("a.conf:2: ");
        error.What.Should().Contain(what);
        error.Mend.Should().NotBeEmpty();
    }

    [Test]
    public void Root_as_the_tunnels_user_is_warned_of_unless_something_else_tells_the_tunnel_apart()
    {
        ConfigurationFiles.Parse("a.conf", Servers + "TUNNEL_USER=0\n").Warnings
            .Should().ContainSingle().Which.What.Should().Contain("every process of root");
        ConfigurationFiles.Parse("a.conf", Servers + "TUNNEL_USER=0\nTUNNEL_MARK=7\n").Warnings.Should().BeEmpty();
    }

    [Test]
    public void The_tunnels_interface_may_be_of_one_kind_only()
    {
        ConfigurationFiles.Parse("a.conf", Servers + "TUNNEL_MARK=7\nVPN_INTERFACE_KIND=wireguard\n").Policy!
            .TunnelInterfaceKind.Should().Be("wireguard");
        ConfigurationFiles.Parse("a.conf", Servers + "TUNNEL_MARK=7\n").Policy!.TunnelInterfaceKind.Should().BeNull();
    }

    [TestCase(0xca6cu, 0xffffffffu, 0xca6cu, true)]
    [TestCase(0xca6cu, 0xffffffffu, 0x1ca6cu, false)]
    [TestCase(0x10000u, 0xff0000u, 0x1ca6cu, true)]
    [TestCase(0x10000u, 0xff0000u, 0x2ca6cu, false)]
    public void A_mark_matches_by_the_bits_of_its_mask(uint value, uint mask, uint packet, bool isMeant)
    {
        new FirewallMark(value, mask).Matches(packet).Should().Be(isMeant);
    }
}
