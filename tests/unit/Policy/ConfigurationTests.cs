// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Policy;

public sealed class ConfigurationTests
{
    private const string Valid = "TUNNEL_USER=1194\nVPN_SERVERS=203.0.113.10:1194/udp\n";

    [Test]
    public void The_original_default_file_loads_but_for_its_missing_servers()
    {
        const string original = """
            ## For OpenVPN.
            VPN_INTERFACE=tun0

            ## Destinations you don not want routed through the VPN.
            LOCAL_NET="192.168.1.0/24 192.168.0.0/24"
            #INT_IF=eth1
            TUNNEL_USER=1194
            """;

        var result = ConfigurationFiles.Parse("30_default.conf", original);

        result.Errors.Should().BeEmpty();
        result.Policy!.TunnelInterface.ToString().Should().Be("tun0");
        result.Policy.LocalNetworks.Select(n => n.ToString()).Should().Equal("192.168.1.0/24", "192.168.0.0/24");
        result.Policy.Servers.Should().BeEmpty();
        result.Warnings.Should().ContainSingle().Which.What.Should().Contain("VPN_SERVERS is not set");
    }

    [Test]
    public void A_later_assignment_replaces_an_earlier_one()
    {
        var result = ConfigurationFiles.Parse("a.conf", Valid + "VPN_INTERFACE=tun0\nVPN_INTERFACE=tun+ # any\n");

        result.Policy!.TunnelInterface.Should().Be(new InterfacePattern("tun", IsPrefix: true));
    }

    [TestCase("203.0.113.10:1194/udp")]
    [TestCase("[2001:db8::10]:443/tcp")]
    [TestCase("203.0.113.10/gre")]
    [TestCase("2001:db8::10/esp")]
    [TestCase("203.0.113.10/ah")]
    public void A_server_is_written_back_as_it_was_read(string server)
    {
        var result = ConfigurationFiles.Parse("a.conf", $"TUNNEL_USER=1194\nVPN_SERVERS=\"{server}\"\n");

        result.Errors.Should().BeEmpty();
        result.Policy!.Servers.Should().ContainSingle().Which.ToString().Should().Be(server);
    }

    [TestCase("", "VPN_SERVERS is not set")]
    [TestCase("VPN_SERVERS=", "VPN_SERVERS is empty")]
    [TestCase("VPN_SERVERS=\"\"", "VPN_SERVERS is empty")]
    [TestCase("VPN_SERVERS=\" \"", "VPN_SERVERS is empty")]
    public void Without_servers_there_is_a_warning(string line, string what)
    {
        var result = ConfigurationFiles.Parse("a.conf", $"TUNNEL_USER=1194\n{line}\n");

        result.Errors.Should().BeEmpty();
        result.Warnings.Should().ContainSingle().Which.What.Should().StartWith(what);
    }

    [TestCase("\f")]
    [TestCase("\v")]
    [TestCase("\r")]
    [TestCase("\u0085")]
    [TestCase("\u2028")]
    [TestCase("\u2029")]
    public void A_comment_ends_with_its_line_and_nowhere_else(string separator)
    {
        var result = ConfigurationFiles.Parse("a.conf", Valid + $"# was:{separator}LOCAL_NET=198.51.100.0/24\r\nDHCP=true\r\n");

        result.Errors.Should().BeEmpty();
        result.Policy!.LocalNetworks.Should().BeEmpty();
        result.Policy.AllowDhcp.Should().BeTrue();
        ConfigurationFiles.Parse("a.conf", Valid + $"LOG=true{separator}LOCAL_NET=198.51.100.0/24\n").Errors.Should().NotBeEmpty();
        ConfigurationFiles.Parse("a.conf", Valid + $"LOCAL_NET=\"192.168.1.0/24{separator}198.51.100.0/24\"\n").Errors.Should().NotBeEmpty();
    }

    [TestCase("tun0")]
    [TestCase("tap+")]
    [TestCase("wg0")]
    [TestCase("ppp+")]
    [TestCase("utun3")]
    [TestCase("nordlynx")]
    [TestCase("proton0")]
    [TestCase("protonwire")]
    [TestCase("mullvad-de")]
    [TestCase("wg-mullvad")]
    [TestCase("ipsec0")]
    [TestCase("vti0")]
    [TestCase("gre1")]
    [TestCase("tailscale0")]
    [TestCase("CloudflareWARP")]
    [TestCase("bravevpn")]
    [TestCase("rabbit")]
    public void Names_that_tunnels_have_are_the_tunnels(string name)
    {
        ConfigurationFiles.Parse("a.conf", Valid + $"VPN_INTERFACE={name}\n").Errors.Should().BeEmpty();
    }

    [TestCase("VPN_SERVERS=203.0.113.10/udp", "needs a port")]
    [TestCase("VPN_SERVERS=203.0.113.10:1194", "names no protocol")]
    [TestCase("VPN_SERVERS=203.0.113.10:0/udp", "no valid address")]
    [TestCase("VPN_SERVERS=203.0.113.10:65536/udp", "no valid address")]
    [TestCase("VPN_SERVERS=203.0.113.10:47/gre", "gre has none")]
    [TestCase("VPN_SERVERS=224.0.0.1:1194/udp", "not the address of one host")]
    [TestCase("VPN_SERVERS=vpn.example:1194/udp", "no valid address")]
    [TestCase("VPN_SERVERS=[::ffff:203.0.113.10]:1194/udp", "no valid address")]
    [TestCase("VPN_INTERFACE=eth0", "physical interface")]
    [TestCase("VPN_INTERFACE=e+", "physical interface")]
    [TestCase("INT_IF=lo", "loopback")]
    [TestCase("INT_IF=l+", "loopback")]
    [TestCase("VPN_INTERFACE=em1", "physical interface")]
    [TestCase("VPN_INTERFACE=p1p1", "physical interface")]
    [TestCase("VPN_INTERFACE=p+", "physical interface")]
    [TestCase("VPN_INTERFACE=bond0", "physical interface")]
    [TestCase("VPN_INTERFACE=br0", "physical interface")]
    [TestCase("VPN_INTERFACE=br-lan", "physical interface")]
    [TestCase("VPN_INTERFACE=team0", "physical interface")]
    [TestCase("VPN_INTERFACE=ath0", "physical interface")]
    [TestCase("VPN_INTERFACE=wan", "physical interface")]
    [TestCase("VPN_INTERFACE=rmnet_data0", "physical interface")]
    [TestCase("VPN_INTERFACE=lo", "loopback")]
    [TestCase("VPN_INTERFACE=tun0tun0tun0tun0", "no interface's name")]
    [TestCase("LOCAL_NET=0.0.0.0/0", "too wide")]
    [TestCase("LOCAL_NET=::/0", "too wide")]
    [TestCase("LOCAL_NET=192.168.1.0/33", "no network")]
    [TestCase("LOCAL_NET=192.168.1.0/24@eth+", "no interface's name")]
    [TestCase("LOCAL_NET=3232235776/24", "no network")]
    [TestCase("TUNNEL_USER=nobody-has-this-name", "no user")]
    [TestCase("TUNNEL_USER=4294967295", "no user")]
    [TestCase("FORWARDING=yes", "neither true nor false")]
    [TestCase("DHCP=1", "neither true nor false")]
    [TestCase("INT_IF=tun0", "also the tunnel's interface")]
    [TestCase("LOCAL_DNS=router", "no address")]
    [TestCase("vpn_interface=tun0", "unknown key")]
    [TestCase("FOO=bar", "unknown key")]
    [TestCase("LOCAL_NET=$(ip route)", "shell code")]
    [TestCase("LOCAL_NET=\"$(ip route)\"", "shell code")]
    [TestCase("LOCAL_NET=`id`", "shell code")]
    [TestCase("LOCAL_NET=192.168.1.0/24; rm -rf x", "shell code")]
    [TestCase("LOCAL_NET=192.168.1.0/24 192.168.2.0/24", "need quotes")]
    [TestCase("LOCAL_NET=\"192.168.1.0/24", "does not end")]
    [TestCase("export TUNNEL_USER=5", "not an assignment")]
    [TestCase("set -x", "not an assignment")]
    [TestCase("source /etc/passwd", "not an assignment")]
    public void A_wrong_line_is_refused_with_its_place_and_its_mend(string line, string what)
    {
        var result = ConfigurationFiles.Parse("a.conf", Valid + line + "\n");

        result.Policy.Should().BeNull();
        var error = result.Errors.Should().ContainSingle().Subject;
        error.What.Should().Contain(what);
        error.Mend.Should().NotBeEmpty();
        error.ToString().Should().StartWith("a.conf:3: ");
    }

    [Test]
    public void All_errors_are_reported_at_once_in_the_order_of_the_lines()
    {
        var result = ConfigurationFiles.Parse("a.conf", "FOO=1\nVPN_INTERFACE=eth0\nset -x\nFORWARDING=maybe\nTUNNEL_USER=1\n");

        result.Errors.Select(e => e.Line).Should().Equal(1, 2, 3, 4);
    }

    [Test]
    public void A_users_name_is_looked_up_in_the_user_file()
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "passwd-" + Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, "root:x:0:0::/root:/bin/sh\ntunnel:x:987:987::/:/usr/sbin/nologin\n");

        var result = ConfigurationFiles.Parse("a.conf", "VPN_SERVERS=203.0.113.10:1194/udp\n", new UserDirectory(file));

        File.Delete(file);
        result.Policy!.Identity.Should().Be(TunnelIdentity.OfUser(987, "tunnel"));
    }

    [Test]
    public void Weakening_settings_are_warned_of()
    {
        var result = ConfigurationFiles.Parse(
            "a.conf", "TUNNEL_USER=0\nVPN_SERVERS=203.0.113.10:1194/udp\nLOCAL_NET=\"198.51.100.7/24 10.0.0.0/8\"\n");

        result.Warnings.Select(w => w.What).Should().SatisfyRespectively(
            first => first.Should().Contain("every process of root"),
            second => second.Should().Contain("read as 198.51.100.0/24"),
            third => third.Should().Contain("not a private network"));
    }

    [Test]
    public void A_server_of_the_VPN_that_everybody_may_reach_is_warned_of()
    {
        var result = ConfigurationFiles.Parse(
            "a.conf", "TUNNEL_USER=1194\nVPN_SERVERS=\"10.1.2.3:1194/udp 10.1.2.3:443/tcp 203.0.113.10:1194/udp\"\nLOCAL_NET=\"192.168.1.0/24 10.0.0.0/8@eth0\"\n");

        var warning = result.Warnings.Should().ContainSingle().Subject;
        warning.Line.Should().Be(3);
        warning.What.Should().Contain("10.0.0.0/8@eth0 has the VPN's server 10.1.2.3");
    }

    [Test]
    public void A_file_with_a_byte_of_zero_is_no_configuration()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, Valid + "VPN_INTERFACE=tun1\0\n");

        var result = ConfigurationFiles.Read(file);

        File.Delete(file);
        result.Policy.Should().BeNull();
        result.Errors.Select(error => error.What).Should().Contain("a byte of it is 0, so it is no text");
    }

    [Test]
    public void A_file_that_never_gives_anything_or_never_ends_is_an_error_and_no_waiting()
    {
        var folder = Directory.CreateTempSubdirectory("lv-endless-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "10.conf"), Valid);
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "20.conf"), "/dev/zero");
            using (var mkfifo = Process.Start("mkfifo", Path.Combine(folder.FullName, "30.conf")))
            {
                mkfifo.WaitForExit();
            }

            var reading = Task.Run(() => ConfigurationFiles.Read(folder.FullName));

            reading.Wait(TimeSpan.FromSeconds(30)).Should().BeTrue("a machine is open as long as its configuration is read");
            reading.Result.Errors.Select(error => error.What).Should().Equal(
                "the file is larger than 1 MiB", "cannot be read: it gave nothing for 5 s");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void A_resolver_on_the_internet_is_warned_of_but_not_one_on_a_local_network()
    {
        const string lines = Valid + "LOCAL_NET=198.51.100.0/24\nLOCAL_DNS=\"192.168.1.1 fd00::53 198.51.100.53 203.0.113.53\"\n";

        var warnings = ConfigurationFiles.Parse("a.conf", lines).Warnings.Where(w => w.Line == 4);

        warnings.Should().ContainSingle().Which.What.Should().Contain("203.0.113.53 is not on a local network");
    }

    [Test]
    public void Physical_is_every_interface_but_loopback_tunnel_and_declared_internal_ones()
    {
        var policy = ConfigurationFiles.Parse("a.conf", Valid + "FORWARDING=true\nINT_IF=\"eth1 vif+\"\n").Policy!;

        new[] { "lo", "tun0", "eth1", "vif3.0" }.Should().OnlyContain(name => !policy.IsPhysical(name));
        new[] { "eth0", "tun1", "wlan0", "usb0", "docker0" }.Should().OnlyContain(name => policy.IsPhysical(name));
    }

    [Test]
    public void Neighbour_discovery_is_listed_only_where_an_IPv6_destination_is()
    {
        ConfigurationFiles.Parse("a.conf", Valid).Policy!.AllowNeighbourDiscovery.Should().BeFalse();
        ConfigurationFiles.Parse("a.conf", Valid + "VPN_SERVERS=[2001:db8::10]:1194/udp").Policy!
            .AllowNeighbourDiscovery.Should().BeTrue();
    }
}
