// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Policy.Endpoints;

/// <summary>Where a file of wg-quick says that its peers are.</summary>
public sealed class WireGuardReaderTests
{
    private const string Typical = """
        [Interface]
        PrivateKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= # not ours to read
        Address = 10.8.0.2/32
        DNS = 10.8.0.1
        PostUp = iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -j REJECT

        [Peer]
        PublicKey = BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=
        AllowedIPs = 0.0.0.0/0, ::/0
        Endpoint = 203.0.113.10:51820
        """;

    private readonly VpnFolder _folder = new();

    [SetUp]
    public void SetUp() => _folder.Create();

    [TearDown]
    public void TearDown() => _folder.Delete();

    [Test]
    public void A_typical_file_gives_servers_interface_kind_and_mark_and_no_user()
    {
        var policy = Read(Typical).Policy!;

        string.Join(' ', policy.Servers).Should().Be("203.0.113.10:51820/udp");
        policy.TunnelInterface.ToString().Should().Be("wg0");
        policy.TunnelInterfaceKind.Should().Be("wireguard");
        policy.Identity.Should().Be(new TunnelIdentity(User: null, new FirewallMark(0xca6c)), "that is wg-quick's own mark");
    }

    [TestCase("[Interface]\nFwMark=0x1234\n[Peer]\nEndpoint=[2001:db8::10]:51820", "[2001:db8::10]:51820/udp", 0x1234u)]
    [TestCase("[interface]\nfwmark = 77\n[peer]\nendpoint = 203.0.113.10 : 51820 # office", "203.0.113.10:51820/udp", 77u)]
    [TestCase("[Interface]\nFwMark = off\n[Peer]\nEndpoint=203.0.113.10:51820\nAllowedIPs=::/0", "203.0.113.10:51820/udp", 51820u)]
    [TestCase("[Interface]\nFwMark = Off\n[Peer]\nEndpoint=203.0.113.10:51820\nAllowedIPs=::/0", "203.0.113.10:51820/udp", 51820u)]
    [TestCase("[Interface]\nFwMark = 0x0\n[Peer]\nEndpoint=203.0.113.10:51820\nAllowedIPs=10.0.0.0/8,0.0.0.0/0\r", "203.0.113.10:51820/udp", 51820u)]
    [TestCase("[Interface]\nFwMark = 5\n[Peer]\nEndpoint=203.0.113.10:1\n[Peer]\nAllowedIPs=10.0.0.0/8\n[Peer]\nEndpoint=203.0.113.11:2",
        "203.0.113.10:1/udp 203.0.113.11:2/udp", 5u)]
    public void Endpoints_and_marks_have_several_forms(string text, string servers, uint mark)
    {
        var result = Read(text);

        result.Errors.Should().BeEmpty();
        string.Join(' ', result.Policy!.Servers).Should().Be(servers);
        result.Policy.Identity.Mark.Should().Be(new FirewallMark(mark));
    }

    [TestCase("[Interface]\nFwMark=5\n[Peer]\nAllowedIPs=0.0.0.0/0", 0, "no [Peer] has an Endpoint")]
    [TestCase("[Interface]\nFwMark=5\n[Peer]\nEndpoint=203.0.113.10", 4, "is no endpoint")]
    [TestCase("[Interface]\nFwMark=5\n[Peer]\nEndpoint=203.0.113.10:0", 4, "is no endpoint")]
    [TestCase("[Interface]\nFwMark=5\n[Peer]\nEndpoint=2001:db8::10:51820", 4, "is no endpoint")]
    [TestCase("[Interface]\nFwMark=5\n[Peer]\nEndpoint=[203.0.113.10]:51820", 4, "is no endpoint")]
    [TestCase("[Interface]\nFwMark=5\n[Peer]\nEndpoint=:51820", 4, "is no endpoint")]
    [TestCase("[Interface]\nFwMark=5\n[Peer]\nEndpoint=vpn.example:51820", 4, "is not looked up")]
    [TestCase("[Interface]\nFwMark=x\n[Peer]\nEndpoint=203.0.113.10:51820", 2, "is no mark")]
    [TestCase("[Interface]\n[Peer]\nEndpoint=203.0.113.10:51820\nAllowedIPs=10.0.0.0/8", 0, "only a mark")]
    [TestCase("[Interface]\nTable=off\n[Peer]\nEndpoint=203.0.113.10:51820\nAllowedIPs=0.0.0.0/0", 0, "only a mark")]
    [TestCase("[Interface]\nFwMark=5\nPostUp = wg set %i peer X endpoint 203.0.113.66:1\n[Peer]\nEndpoint=203.0.113.10:51820", 3, "sets an endpoint")]
    [TestCase("[Interface]\nFwMark=5\n[Peer]\nEndpoint=203.0.113.10:51820\n[Peers]", 5, "no section [Peers]")]
    [TestCase("FwMark=5\n[Interface]\nFwMark=5\n[Peer]\nEndpoint=203.0.113.10:51820", 1, "no setting of a section")]
    [TestCase("[Interface]\nFwMark=5\nnonsense\n[Peer]\nEndpoint=203.0.113.10:51820", 3, "no setting of a section")]
    [TestCase("[Interface]\n[Peer]\nEndpoint=203.0.113.10:51820\nAllowedIPs=0.0.0.0/1, 128.0.0.0/1", 0, "this file gives them none")]
    public void What_is_wrong_is_named_with_its_line(string text, int line, string what)
    {
        var result = Read(text);

        result.Policy.Should().BeNull();
        var error = result.Errors.Should().ContainSingle().Subject;
        error.What.Should().Contain(what);
        error.Line.Should().Be(line);
        error.Mend.Should().NotBeEmpty();
    }

    [TestCase("[Interface]\nnonsense\n", "no setting of a section")]
    [TestCase("[Interface]\n[Peer]\nEndpoint=203.0.113.10:51820\nAllowedIPs=0.0.0.0/1, 128.0.0.0/1\n", "only a mark")]
    public void A_file_with_a_fault_is_not_blamed_on_the_user_that_nobody_set(string text, string what)
    {
        _folder.Write("passwd", "root:x:0:0::/:/bin/sh\n");
        var result = ConfigurationFiles.Read(new ConfigurationRequest
        {
            Path = _folder.Write("firewall/a.conf", $"WIREGUARD_CONFIG={_folder.Write("wg0.conf", text)}\n"),
            Users = new UserDirectory(_folder.PathOf("passwd")),
            PinsPath = _folder.PathOf("hosts"),
        });

        result.Errors.Should().ContainSingle().Which.What.Should().Contain(what);
        result.Warnings.Should().BeEmpty("nobody left the servers out");
    }

    [Test]
    public void A_file_whose_name_is_too_long_for_an_interface_is_to_be_renamed()
    {
        Read(Typical, name: "a-provider-of-vpns.conf").Errors.Should().ContainSingle().Which.Mend.Should().StartWith("rename the file");
    }

    [Test]
    public void A_user_that_no_packet_of_the_kernel_has_is_refused()
    {
        Read(Typical, "TUNNEL_USER=1194\n").Errors.Should().ContainSingle().Which.What.Should().Contain("neither a user");
    }

    [Test]
    public void A_file_named_like_a_physical_interface_is_refused()
    {
        Read(Typical, name: "enp1s0.conf").Errors.Should().ContainSingle().Which.What.Should().Contain("physical interface");
    }

    [Test]
    public void A_file_whose_name_ends_with_a_plus_is_no_prefix()
    {
        Read(Typical, name: "de+.conf").Errors.Should().ContainSingle().Which.What.Should().Contain("begins with de");
        Read(Typical, "VPN_INTERFACE=de+\n", name: "de+.conf").Policy!.TunnelInterface.IsPrefix.Should().BeTrue("somebody said so");
    }

    [Test]
    public void Two_files_that_disagree_need_a_decision()
    {
        var second = _folder.Write("wg1.conf", Typical.Replace("113.10", "113.11", StringComparison.Ordinal));
        var lines = $"WIREGUARD_CONFIG=\"{_folder.Write("wg0.conf", Typical)} {second}\"\n";

        var undecided = Configuration(lines);
        undecided.Errors.Should().ContainSingle().Which.What.Should().Contain("VPN_INTERFACE would be wg1");
        var decided = Configuration(lines + "VPN_INTERFACE=wg+\n");

        string.Join(' ', decided.Policy!.Servers).Should().Be("203.0.113.10:51820/udp 203.0.113.11:51820/udp");
    }

    [Test]
    public void OpenVPN_beside_WireGuard_needs_the_same_mark()
    {
        var wireGuard = $"WIREGUARD_CONFIG={_folder.Write("wg0.conf", Typical)}\nVPN_INTERFACE=wg0\n";
        const string openVpn = "remote 203.0.113.11\n";

        Configuration($"{wireGuard}OPENVPN_CONFIG={_folder.Write("a.ovpn", openVpn)}\n")
            .Errors.Should().ContainSingle().Which.Mend.Should().Be("add 'mark 51820' to this one");
        Configuration($"{wireGuard}OPENVPN_CONFIG={_folder.Write("b.ovpn", openVpn + "mark 51820\n")}\n")
            .Policy!.Servers.Should().HaveCount(2);
    }

    private ConfigurationResult Read(string text, string lines = "", string name = "wg0.conf")
    {
        return Configuration($"WIREGUARD_CONFIG={_folder.Write(name, text)}\n{lines}");
    }

    private ConfigurationResult Configuration(string lines)
    {
        return ConfigurationFiles.Read(new ConfigurationRequest
        {
            Path = _folder.Write("firewall/a.conf", lines),
            Users = new UserDirectory(_folder.Write("passwd", "tunnel:x:987:987::/:/usr/sbin/nologin\n")),
            PinsPath = _folder.PathOf("hosts"),
        });
    }
}
