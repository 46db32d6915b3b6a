// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Firewall;

public sealed class KernelSettingsTests
{
    private string _folder = "";

    private KernelSettings Settings => new(_folder, Path.Combine(_folder, "run", "settings"));

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("settings-").FullName;
        foreach (var one in new[] { "all", "default", "eth0" })
        {
            Set($"ipv4/conf/{one}/arp_ignore", "0");
            Set($"ipv4/conf/{one}/accept_redirects", "1");
        }
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Settings_are_set_for_all_interfaces_and_set_back()
    {
        Settings.Apply().Should().BeEmpty();
        Get("ipv4/conf/eth0/arp_ignore").Should().Be("1");
        Get("ipv4/conf/default/accept_redirects").Should().Be("0");

        Settings.Restore().Should().BeEmpty();
        Get("ipv4/conf/eth0/arp_ignore").Should().Be("0");
        Get("ipv4/conf/default/accept_redirects").Should().Be("1");
        File.Exists(Path.Combine(_folder, "run", "settings")).Should().BeFalse();
    }

    [Test]
    public void A_second_start_does_not_take_its_own_values_for_those_before()
    {
        Settings.Apply();
        Settings.Apply();
        Settings.Restore();

        Get("ipv4/conf/all/arp_ignore").Should().Be("0");
    }

    [Test]
    public void An_interface_that_appears_between_two_starts_is_set_back_too()
    {
        Settings.Apply();
        Set("ipv4/conf/usb0/arp_ignore", "0");
        Settings.Apply();
        Get("ipv4/conf/usb0/arp_ignore").Should().Be("1");

        Settings.Restore();
        Get("ipv4/conf/usb0/arp_ignore").Should().Be("0");
        Get("ipv4/conf/eth0/arp_ignore").Should().Be("0");
    }

    [Test]
    public void A_start_that_was_killed_between_saving_and_setting_loses_nothing()
    {
        Settings.Apply();
        Set("ipv4/conf/eth0/arp_ignore", "0"); // as if this one had not been set any more

        Settings.Apply();
        Settings.Restore();

        Get("ipv4/conf/eth0/arp_ignore").Should().Be("0");
    }

    [Test]
    public void What_is_stricter_already_stays()
    {
        Set("ipv4/conf/all/arp_ignore", "2");

        Settings.Apply();
        Get("ipv4/conf/all/arp_ignore").Should().Be("2");
        Settings.Restore();
        Get("ipv4/conf/all/arp_ignore").Should().Be("2");
    }

    [TestCase("0", "3")]
    [TestCase("1", "1")]
    public void A_router_is_asked_for_by_its_group_unless_an_administrator_chose_how_often(string before, string during)
    {
        Set("ipv6/neigh/eth0/mcast_resolicit", before);

        Settings.Apply();
        Get("ipv6/neigh/eth0/mcast_resolicit").Should().Be(during);
        Settings.Restore();
        Get("ipv6/neigh/eth0/mcast_resolicit").Should().Be(before);
    }

    [Test]
    public void Without_a_place_to_save_them_nothing_is_set()
    {
        var settings = new KernelSettings(_folder, "/proc/nowhere/settings");

        settings.Apply().Should().ContainSingle().Which.Should().Contain("no kernel setting was changed");
        Get("ipv4/conf/all/arp_ignore").Should().Be("0");
    }

    [Test]
    public void Setting_back_never_fails_for_the_file()
    {
        Settings.Restore().Should().BeEmpty("there is not even its folder");

        Directory.CreateDirectory(Path.Combine(_folder, "run", "settings"));
        Settings.Restore().Should().BeEmpty("a folder holds no settings");
        Settings.Apply().Should().ContainSingle().Which.Should().Contain("no kernel setting was changed");
    }

    [TestCase("eth0", true, "", "eth0 has its address by DHCP")]
    [TestCase("eth0", false, "", null)]
    [TestCase("eth0", true, "DHCP=true\n", null)]
    [TestCase("tun0", true, "", null)]
    public void A_leased_address_without_DHCP_is_warned_of(string name, bool isDynamic, string line, string? warning)
    {
        var policy = ConfigurationFiles.Parse("a.conf", "TUNNEL_USER=1\nVPN_SERVERS=203.0.113.10/gre\n" + line).Policy!;
        LinkAddress[] addresses = [new(name, IPAddress.Parse("192.0.2.2"), isDynamic)];
        var facts = new UplinkFacts(new MachineLinks(() => [], () => addresses, _folder));

        var warnings = facts.Warnings(policy).ToList();
        warnings.Should().HaveCount(warning is null ? 0 : 1);
        warnings.Should().NotContain(text => !text.StartsWith(warning!, StringComparison.Ordinal));
    }

    [Test]
    public void A_wireless_uplink_without_EAPOL_is_warned_of()
    {
        var policy = ConfigurationFiles.Parse("a.conf", "TUNNEL_USER=1\nVPN_SERVERS=203.0.113.10/gre\n").Policy!;
        Directory.CreateDirectory(Path.Combine(_folder, "wlan0", "phy80211"));
        LinkAddress[] addresses = [new("wlan0", IPAddress.Parse("192.0.2.2"), false)];

        new UplinkFacts(new MachineLinks(() => [], () => addresses, _folder)).Warnings(policy)
            .Should().ContainSingle().Which.Should().Contain("EAPOL=true");
        new UplinkFacts(new MachineLinks(() => [], () => addresses, _folder)).Warnings(policy with { AllowEapol = true })
            .Should().BeEmpty();
    }

    [TestCase("device")]
    [TestCase("bridge")]
    [TestCase("bonding")]
    public void A_card_that_the_rules_take_for_the_tunnel_is_warned_of(string kind)
    {
        var policy = ConfigurationFiles.Parse("a.conf", "TUNNEL_USER=1\nVPN_SERVERS=203.0.113.10/gre\nVPN_INTERFACE=uplink\n").Policy!;
        Directory.CreateDirectory(Path.Combine(_folder, "uplink", kind));
        Directory.CreateDirectory(Path.Combine(_folder, "eth0", kind));
        var facts = new UplinkFacts(new MachineLinks(() => ["eth0", "lo", "uplink"], () => [], _folder));

        facts.Breaches(policy).Should().ContainSingle().Which.Should().StartWith("uplink, which is the tunnel's interface");
        facts.Breaches(policy with { TunnelInterfaceKind = "wireguard" }).Should().BeEmpty();
    }

    [TestCase("INT_IF=eth+", true)]
    [TestCase("INT_IF=", true)]
    [TestCase("INT_IF=vif+", false)]
    [TestCase("INT_IF=eth+\nFORWARDING=false", false)]
    public void An_uplink_that_the_rules_take_for_the_clients_is_warned_of(string line, bool isWarned)
    {
        var policy = ConfigurationFiles.Parse(
            "a.conf", $"FORWARDING=true\nTUNNEL_USER=1\nVPN_SERVERS=203.0.113.10/gre\n{line}\n").Policy!;
        var facts = new UplinkFacts(new MachineLinks(() => ["eth1", "lo"], () => [], _folder) { DefaultRoutes = () => ["eth1"] });

        facts.Breaches(policy).Where(warning => warning.StartsWith("eth1, which is the clients'", StringComparison.Ordinal))
            .Should().HaveCount(isWarned ? 1 : 0);
    }

    [TestCase("INT_IF=br0", "eth1, eth2")]
    [TestCase("INT_IF=\"br0 eth1\"", "eth2")]
    [TestCase("INT_IF=\"br0 eth+\"", null)]
    [TestCase("INT_IF=vif+", null)]
    public void A_port_of_the_clients_bridge_that_is_not_theirs_is_warned_of(string line, string? ports)
    {
        var policy = ConfigurationFiles.Parse(
            "a.conf", $"FORWARDING=true\nTUNNEL_USER=1\nVPN_SERVERS=203.0.113.10/gre\n{line}\n").Policy!;
        Directory.CreateDirectory(Path.Combine(_folder, "br0", "brif", "eth1"));
        Directory.CreateDirectory(Path.Combine(_folder, "br0", "brif", "eth2"));
        var facts = new UplinkFacts(new MachineLinks(() => ["br0", "eth1", "eth2", "lo"], () => [], _folder));

        var warnings = facts.Warnings(policy).ToList();
        warnings.Should().HaveCount(ports is null ? 0 : 1);
        warnings.Should().NotContain(text => !text.Contains($"by its port {ports} is dropped", StringComparison.Ordinal));
    }

    [TestCase("SSH_FROM=192.168.1.0/24@br0:22", "SSH_FROM: 192.168.1.0/24@br0:22", "192.168.1.0/24@eth0:22")]
    [TestCase("SSH_FROM=\"192.168.1.0/24@br0:22 192.168.1.0/24@eth0:2222\"", "SSH_FROM: 192.168.1.0/24@br0:22", "192.168.1.0/24@eth0:22")]
    [TestCase("SSH_FROM=\"192.168.1.0/24@br0:22 192.168.1.0/24@eth0:22\"", null, null)]
    [TestCase("LOCAL_NET=192.168.1.0/24@br0", "LOCAL_NET: 192.168.1.0/24@br0", "192.168.1.0/24@eth0")]
    [TestCase("LOCAL_NET=\"192.168.1.0/24@br0 192.168.1.0/24@eth0\"", null, null)]
    [TestCase("LOCAL_NET=192.168.1.0/24", null, null)]
    [TestCase("LOCAL_NET=192.168.1.0/24@eth0", null, null)]
    public void What_is_bound_to_a_bridge_and_to_none_of_its_ports_is_warned_of(string line, string? entry, string? mend)
    {
        var policy = ConfigurationFiles.Parse("a.conf", $"TUNNEL_USER=1\nVPN_SERVERS=203.0.113.10/gre\n{line}\n").Policy!;
        Directory.CreateDirectory(Path.Combine(_folder, "br0", "brif", "eth0"));
        Directory.CreateDirectory(Path.Combine(_folder, "br0", "brif", "vnet0"));
        var facts = new UplinkFacts(new MachineLinks(() => ["br0", "eth0", "lo", "vnet0"], () => [], _folder));

        var warnings = facts.Warnings(policy).ToList();
        warnings.Should().HaveCount(entry is null ? 0 : 1);
        warnings.Should().NotContain(text => !text.StartsWith(entry!, StringComparison.Ordinal) || !text.Contains(mend!, StringComparison.Ordinal));
    }

    [Test]
    public void Default_routes_are_read_as_the_kernel_shows_them()
    {
        string[] ipv4 =
        [
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
            "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
            "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0",
            "eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
        ];
        const string none = "00000000000000000000000000000000";
        string[] ipv6 =
        [
            $"{none} 00 {none} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     wlan0",
            $"20010db8000000000000000000000000 40 {none} 00 {none} 00000100 00000001 00000000 00000001     eth1",
            $"{none} 00 {none} 00 {none} ffffffff 00000001 00000000 00200200       lo",
        ];

        DefaultRoutes.OfIpv4(ipv4).Should().Equal("eth0");
        DefaultRoutes.OfIpv6(ipv6).Should().Equal("wlan0");
    }

    private void Set(string setting, string value)
    {
        var path = Path.Combine(_folder, setting);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, value + "\n");
    }

    private string Get(string setting) => File.ReadAllText(Path.Combine(_folder, setting)).Trim();
}
