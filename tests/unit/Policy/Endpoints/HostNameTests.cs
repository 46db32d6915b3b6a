// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Firewall.Commands;
using LeakVerifier.Policy.Configuration;
using LeakVerifier.Policy.Endpoints;

namespace LeakVerifier.UnitTests.Policy.Endpoints;

/// <summary>A name stands for the addresses that it was pinned to, and is looked up only where somebody asked for it.</summary>
public sealed class HostNameTests
{
    private static readonly IPAddress First = IPAddress.Parse("203.0.113.10");
    private static readonly IPAddress Second = IPAddress.Parse("2001:db8::10");

    private readonly VpnFolder _folder = new();
    private readonly List<string> _asked = [];

    [SetUp]
    public void SetUp()
    {
        _folder.Create();
        _asked.Clear();
    }

    [TearDown]
    public void TearDown() => _folder.Delete();

    [Test]
    public void Nothing_is_looked_up_that_nobody_asked_for()
    {
        var result = Read(isAsked: false, isAllowed: false, First);

        result.Errors.Should().ContainSingle().Which.Mend.Should().Contain("start --resolve");
        _asked.Should().BeEmpty();
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    public void Where_it_is_asked_for_both_families_are_found_and_shown(bool isAsked, bool isAllowed)
    {
        var result = Read(isAsked, isAllowed, "remote VPN.example\nremote vpn.example", First, Second);

        string.Join(' ', result.Policy!.Servers).Should().Be("203.0.113.10:1194/udp [2001:db8::10]:1194/udp");
        result.Hosts.Should().ContainSingle().Which.ToString().Should().Be("vpn.example 203.0.113.10 2001:db8::10");
        _asked.Should().Equal("vpn.example");
    }

    [Test]
    public void A_pinned_name_is_looked_up_again_only_when_asked_on_the_command_line()
    {
        Pin(First);

        Read(isAsked: false, isAllowed: true, Second).Policy!.Servers.Single().Address.Should().Be(First);
        _asked.Should().BeEmpty();
        Read(isAsked: true, isAllowed: false, Second).Policy!.Servers.Single().Address.Should().Be(Second);
    }

    [Test]
    public void A_look_up_that_fails_falls_back_to_what_is_pinned()
    {
        Read(isAsked: true, isAllowed: true).Errors.Should().ContainSingle().Which.What.Should().Contain("not found");
        Pin(First);

        var result = Read(isAsked: true, isAllowed: true);

        result.Policy!.Servers.Single().Address.Should().Be(First);
        result.Hosts.Single().IsFresh.Should().BeFalse();
    }

    [TestCase("vpn.example\n")]
    [TestCase("vpn.example ::ffff:203.0.113.5\n")]
    public void A_broken_file_of_pins_matters_only_where_a_name_is_used_that_is_not_looked_up_again(string pins)
    {
        _folder.Write("hosts", pins);

        Read(isAsked: true, isAllowed: false, First).Policy!.Servers.Single().Address.Should().Be(First);
        Read(isAsked: false, isAllowed: false, "remote 203.0.113.10").Errors.Should().BeEmpty();
    }

    [TestCase("::ffff:203.0.113.5", "203.0.113.5")]
    [TestCase("203.0.113.5", "203.0.113.5")]
    [TestCase("2001:db8::5", "2001:db8::5")]
    [TestCase("fe80::5%1", "fe80::5")]
    public void What_is_looked_up_can_be_pinned(string found, string plain)
    {
        HostLookUp.Plain(IPAddress.Parse(found)).ToString().Should().Be(plain);
    }

    [TestCase("vpn.example\n")]
    [TestCase("vpn.example nowhere\n")]
    public void A_broken_file_of_pins_is_an_error(string pins)
    {
        _folder.Write("hosts", "# comment\n" + pins);

        var result = Read(isAsked: false, isAllowed: false, First);

        result.Errors.Should().Contain(error => error.File.EndsWith("hosts") && error.Line == 2);
    }

    [TestCase("127.0.0.1")]
    [TestCase("::")]
    [TestCase("ff02::1")]
    public void A_name_that_leads_to_no_other_host_is_refused(string address)
    {
        var result = Read(isAsked: true, isAllowed: false, First, IPAddress.Parse(address));

        result.Errors.Should().ContainSingle().Which.What.Should().Contain("not the address of another host");
    }

    [Test]
    public void A_family_that_the_protocol_names_excludes_the_other()
    {
        var result = Read(isAsked: true, isAllowed: false, "remote vpn.example 1194 udp4", First, Second);

        result.Policy!.Servers.Single().Address.Should().Be(First);
    }

    private void Pin(IPAddress address) => PinnedHosts.Write(_folder.PathOf("hosts"), [new("vpn.example", [address], true)]);

    private ConfigurationResult Read(bool isAsked, bool isAllowed, params IPAddress[] answer)
    {
        return Read(isAsked, isAllowed, "remote vpn.example", answer);
    }

    private ConfigurationResult Read(bool isAsked, bool isAllowed, string openVpn, params IPAddress[] answer)
    {
        var file = _folder.Write("vpn.ovpn", openVpn);
        var resolve = isAllowed ? "RESOLVE=true\n" : "";
        return ConfigurationFiles.Read(new ConfigurationRequest
        {
            Path = _folder.Write("a.conf", $"TUNNEL_USER=1194\nOPENVPN_CONFIG={file}\n{resolve}"),
            PinsPath = _folder.PathOf("hosts"),
            IsLookUpAsked = isAsked,
            LookUp = name =>
            {
                _asked.Add(name.ToLowerInvariant());
                return answer;
            },
        });
    }
}
