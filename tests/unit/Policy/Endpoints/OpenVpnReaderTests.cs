// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Policy.Endpoints;

/// <summary>Where a client's OpenVPN configuration says that it connects to.</summary>
public sealed class OpenVpnReaderTests
{
    private readonly VpnFolder _folder = new();

    [SetUp]
    public void SetUp() => _folder.Create();

    [TearDown]
    public void TearDown() => _folder.Delete();

    [TestCase("remote 203.0.113.10", "203.0.113.10:1194/udp")]
    [TestCase("remote 203.0.113.10 443", "203.0.113.10:443/udp")]
    [TestCase("remote 203.0.113.10 443 tcp", "203.0.113.10:443/tcp")]
    [TestCase("remote 203.0.113.10 443 tcp-client", "203.0.113.10:443/tcp")]
    [TestCase("remote 203.0.113.10 443 tcp4-client", "203.0.113.10:443/tcp")]
    [TestCase("remote 2001:db8::10 443 udp6", "[2001:db8::10]:443/udp")]
    [TestCase("remote 2001:db8::10\nproto tcp6", "[2001:db8::10]:1194/tcp")]
    [TestCase("port 443\nremote 203.0.113.10", "203.0.113.10:443/udp")]
    [TestCase("remote 203.0.113.10\nport 443", "203.0.113.10:443/udp", Description = "the last default counts")]
    [TestCase("remote 203.0.113.10\nrport 443\nlport 1000", "203.0.113.10:443/udp")]
    [TestCase("remote 203.0.113.10\nproto tcp\nproto udp4", "203.0.113.10:1194/udp")]
    [TestCase("  remote\t203.0.113.10 1194 ; comment\r", "203.0.113.10:1194/udp")]
    [TestCase("# remote 203.0.113.1\n;remote 203.0.113.2\nremote 203.0.113.10 # remote 203.0.113.3", "203.0.113.10:1194/udp")]
    [TestCase("--remote \"203.0.113.10\" '443'", "203.0.113.10:443/udp")]
    [TestCase("setenv opt remote 203.0.113.10 443", "203.0.113.10:443/udp")]
    [TestCase("remote 203.0.113.10\nremote 203.0.113.11 1195\nremote-random", "203.0.113.10:1194/udp 203.0.113.11:1195/udp")]
    [TestCase("remote 203.0.113.10\nremote 203.0.113.10", "203.0.113.10:1194/udp")]
    [TestCase("<connection>\nremote 203.0.113.10 443 tcp\n</connection>\n<connection>\nremote 203.0.113.11\n</connection>",
        "203.0.113.10:443/tcp 203.0.113.11:1194/udp")]
    [TestCase("port 443\n<connection>\nremote 203.0.113.10\n</connection>\nport 53", "203.0.113.10:443/udp",
        Description = "a block begins with what precedes it")]
    [TestCase("remote 203.0.113.99\n<connection>\nremote 203.0.113.10\nproto tcp\n</connection>", "203.0.113.10:1194/tcp",
        Description = "where there are blocks, OpenVPN uses those alone")]
    [TestCase("remote 203.0.113.10 1194\nremote 203.0.113.11 443 tcp\nproto-force tcp", "203.0.113.11:443/tcp")]
    [TestCase("proto tcp\nremote vpn.example 443\nhttp-proxy 203.0.113.80 3128 auth.txt basic", "203.0.113.80:3128/tcp")]
    [TestCase("proto tcp\nremote vpn.example 443\nsocks-proxy 203.0.113.80", "203.0.113.80:1080/tcp")]
    [TestCase("<connection>\nremote 203.0.113.10 443 tcp\nsocks-proxy 203.0.113.80 1081\n</connection>", "203.0.113.80:1081/tcp")]
    [TestCase("<connection>\nremote 203.0.113.10\nsetenv opt port 443\nsetenv opt proto tcp\n</connection>", "203.0.113.10:443/tcp",
        Description = "the prefix for later versions counts in a block too")]
    [TestCase("<connection>\nremote 203.0.113.10\n</connection>\n--<connection>\nremote 203.0.113.11\n</connection>",
        "203.0.113.10:1194/udp 203.0.113.11:1194/udp", Description = "dashes go before it is asked what the line is")]
    [TestCase("\\ port 443\nremote \\\t203.0.113.10", "203.0.113.10:443/udp", Description = "an escaped blank before a word is none of it")]
    [TestCase("<ca>\n\u00A0</ca>\nremote 203.0.113.66\n</ca>\nremote 203.0.113.10", "203.0.113.10:1194/udp",
        Description = "a blank that C does not know goes before no end of a block")]
    [TestCase("<ca>\nremote 203.0.113.66\n -----BEGIN 'x\n </ca>\nremote 203.0.113.10", "203.0.113.10:1194/udp")]
    [TestCase("remote 203.0.113.10\nremote-cert-tls server\npersist-remote-ip\nhttp-proxy-retry\nunknown-thing \"a b\"", "203.0.113.10:1194/udp")]
    [TestCase("\uFEFFremote 203.0.113.10", "203.0.113.10:1194/udp")]
    [TestCase("remote-random-hostname\nremote 203.0.113.10", "203.0.113.10:1194/udp", Description = "an address is not a name")]
    public void Its_servers_are_read_as_OpenVPN_reads_them(string text, string servers)
    {
        var result = Read(text);

        result.Errors.Should().BeEmpty();
        string.Join(' ', result.Policy!.Servers).Should().Be(servers);
    }

    [TestCase("client", 0, "names no remote")]
    [TestCase("remote 203.0.113.10 1194\nproto-force tcp", 0, "names no remote")]
    [TestCase("remote", 1, "not understood in this form")]
    [TestCase("remote 203.0.113.10 443 tcp extra", 1, "not understood in this form")]
    [TestCase("client\nremote 203.0.113.10 0", 2, "is no port")]
    [TestCase("remote 203.0.113.10 openvpn", 1, "is no port")]
    [TestCase("remote 203.0.113.10\nport 65536", 2, "is no port")]
    [TestCase("remote 203.0.113.10 443 sctp", 1, "is no protocol of a client")]
    [TestCase("remote 203.0.113.10\nproto tcp-server", 2, "is no protocol of a client")]
    [TestCase("remote 203.0.113.10\nproto-force sctp", 2, "not understood in this form")]
    [TestCase("remote vpn.example", 1, "is not looked up")]
    [TestCase("remote [2001:db8::10]", 1, "neither an address nor a host's name")]
    [TestCase("remote fe80::1%eth0", 1, "neither an address nor a host's name")]
    [TestCase("remote 203.0.113.10 443 udp6", 1, "no address of the family")]
    [TestCase("remote 127.0.0.1 1194", 1, "not the address of another host")]
    [TestCase("remote 203.0.113.10\nhttp-proxy 203.0.113.80 3128", 2, "carries no UDP")]
    [TestCase("remote 203.0.113.10\nsocks-proxy 203.0.113.80", 2, "relays UDP by an address")]
    [TestCase("remote 203.0.113.10 443 tcp\nhttp-proxy 203.0.113.80", 2, "not understood in this form")]
    [TestCase("remote 203.0.113.10 443 tcp\nhttp-proxy 203.0.113.80 3128\nsocks-proxy 203.0.113.80", 3, "both an HTTP and a SOCKS proxy")]
    [TestCase("remote 203.0.113.10\nmanagement-query-remote", 2, "can change where OpenVPN connects to")]
    [TestCase("remote 203.0.113.10\nmanagement-query-proxy", 2, "can change where OpenVPN connects to")]
    [TestCase("remote 203.0.113.10\nhttp-proxy-override 203.0.113.80 80", 2, "can change where OpenVPN connects to")]
    [TestCase("remote 203.0.113.10\nremote-of-a-later-version x", 2, "can change where OpenVPN connects to")]
    [TestCase("remote vpn.example\nremote-random-hostname", 2, "random name below vpn.example")]
    [TestCase("remote vpn.example\nsetenv REMOTE_RANDOM_HOSTNAME", 2, "random name below vpn.example")]
    [TestCase("setenv GENERIC_CONFIG 1\nremote 203.0.113.10", 1, "template")]
    [TestCase("remote 203.0.113.10\n<ca>\nx", 2, "<ca> is not closed")]
    [TestCase("<remote>\n203.0.113.10\n</remote>\nremote 203.0.113.10", 1, "not understood in this form")]
    [TestCase("<connection>\nproto tcp\n</connection>", 1, "names no remote")]
    [TestCase("ca x\n<connection>\nremote 203.0.113.10\nport x\n</connection>", 4, "is no port")]
    [TestCase("remote \"203.0.113.10", 1, "no closing \"")]
    [TestCase("remote '203.0.113.10", 1, "no closing '")]
    [TestCase("remote 203.0.113.10\\", 1, "a backslash escapes only")]
    [TestCase("config other.ovpn", 0, "cannot be read")]
    [TestCase("remote 203.0.113.10\nmark 0xca6c", 2, "is no mark")]
    [TestCase("remote 203.0.113.10\ndev eth0", 2, "physical interface")]
    [TestCase("remote 203.0.113.10\ndev 'a b'", 2, "no interface's name")]
    public void What_could_name_another_server_and_is_not_understood_is_an_error(string text, int line, string what)
    {
        var result = Read(text);

        result.Policy.Should().BeNull();
        var error = result.Errors.Should().ContainSingle().Subject;
        error.What.Should().Contain(what);
        error.Mend.Should().NotBeEmpty();
        error.Line.Should().Be(line);
    }

    [TestCase("dev tun", "tun0")]
    [TestCase("dev tap", "tap0")]
    [TestCase("dev tun7", "tun7")]
    [TestCase("dev office\ndev-type tun", "office")]
    [TestCase("dev null", "tun0")]
    [TestCase("", "tun0")]
    public void The_interface_is_the_one_that_it_opens(string device, string name)
    {
        Read("remote 203.0.113.10\n" + device).Policy!.TunnelInterface.ToString().Should().Be(name);
    }

    [Test]
    public void The_configuration_of_the_firewall_goes_before_what_a_file_implies()
    {
        var result = Read("remote 203.0.113.10\ndev tun7\nmark 51820", "VPN_INTERFACE=tun+\nVPN_SERVERS=203.0.113.20:1194/udp\n");

        result.Policy!.TunnelInterface.ToString().Should().Be("tun+");
        result.Policy.Servers.Select(server => server.ToString()).Should().Equal("203.0.113.20:1194/udp", "203.0.113.10:1194/udp");
        result.Policy.Identity.Mark.Should().Be(new LeakVerifier.Policy.FirewallMark(51820));
    }

    [Test]
    public void Files_that_it_includes_are_read_too()
    {
        _folder.Write("sub/servers.conf", "remote 203.0.113.11 443 tcp\n");
        _folder.Write("more.conf", "config sub/servers.conf\n");

        var result = Read("remote 203.0.113.10\nconfig more.conf");

        result.Errors.Should().BeEmpty();
        string.Join(' ', result.Policy!.Servers).Should().Be("203.0.113.10:1194/udp 203.0.113.11:443/tcp");
    }

    [Test]
    public void A_file_that_includes_itself_is_an_error()
    {
        _folder.Write("vpn.ovpn", "remote 203.0.113.10\nconfig vpn.ovpn\n");

        var result = Configuration("OPENVPN_CONFIG=" + _folder.PathOf("vpn.ovpn"));

        result.Errors.Should().ContainSingle().Which.What.Should().Contain("too deeply");
    }

    [Test]
    public void Every_error_is_reported_at_once()
    {
        var result = Read("remote 203.0.113.10 x\nproto y\nremote \"");

        result.Errors.Select(error => error.Line).Should().Equal(1, 2, 3);
    }

    [Test]
    public void Files_from_the_command_line_are_added_to_those_of_the_key()
    {
        var first = _folder.Write("a.ovpn", "remote 203.0.113.10\n");
        var second = _folder.Write("b.ovpn", "remote 203.0.113.11\n");
        var config = _folder.Write("a.conf", $"TUNNEL_USER=1194\nOPENVPN_CONFIG={first}\n");

        var result = ConfigurationFiles.Read(
            new ConfigurationRequest { Path = config, VpnFiles = [new(second, IsWireGuard: false)] });

        string.Join(' ', result.Policy!.Servers).Should().Be("203.0.113.10:1194/udp 203.0.113.11:1194/udp");
        result.Files.Should().Equal(config, first, second);
    }

    [Test]
    public void A_relative_path_in_a_key_is_refused()
    {
        Configuration("OPENVPN_CONFIG=vpn.ovpn").Errors.Should().ContainSingle().Which.Mend.Should().Contain("/etc/openvpn/");
    }

    private ConfigurationResult Read(string text, string lines = "")
    {
        return Configuration($"OPENVPN_CONFIG={_folder.Write("vpn.ovpn", text)}\n{lines}");
    }

    private ConfigurationResult Configuration(string lines)
    {
        return ConfigurationFiles.Read(new ConfigurationRequest
        {
            Path = _folder.Write("firewall.conf", $"TUNNEL_USER=1194\n{lines}\n"),
            PinsPath = _folder.PathOf("hosts"),
        });
    }
}
