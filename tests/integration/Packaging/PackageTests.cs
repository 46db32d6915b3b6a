// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Boot;
using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Packaging;

/// <summary>A life of the package: installed, upgraded under a blast of packets, removed, purged.</summary>
public sealed class PackageTests
{
    private const string Unit = "/etc/systemd/system/sysinit.target.wants/vpn-firewall.service";

    private InstalledSystem _system = null!;

    [SetUp]
    public async Task SetUp() => _system = await InstalledSystem.CreateAsync();

    [TearDown]
    public void TearDown() => _system.Dispose();

    [Test]
    public async Task Installing_closes_nothing_upgrading_opens_nothing_removing_opens_and_purging_cleans()
    {
        (await _system.InstallAsync(BootFiles.Package)).Should().Contain("will be closed from its next boot on");
        (await VpnFirewall.ListAsync(_system.Wire.Client)).Should().BeEmpty("nobody is locked out by an installation");
        Path.Exists(_system.At("/usr/sbin/vpn-firewall")).Should().BeTrue();
        new FileInfo(_system.At(Unit)).LinkTarget.Should().Be("/lib/systemd/system/vpn-firewall.service");
        (await _system.RunAsync("getent passwd tunnel")).Should().EndWith(":/nonexistent:/usr/sbin/nologin\n");

        await File.AppendAllTextAsync(_system.At("/etc/vpn-firewall.d/30_default.conf"), "LOCAL_DNS=192.0.2.53\n");
        await File.WriteAllTextAsync(_system.At("/etc/vpn-firewall.d/50_user.conf"), "VPN_SERVERS=203.0.113.10:1194/udp\n");
        await _system.RunAsync("vpn-firewall start");
        await UpgradeUnderABlastAsync();
        (await File.ReadAllTextAsync(_system.At("/etc/vpn-firewall.d/30_default.conf"))).Should().Contain("LOCAL_DNS=192.0.2.53");
        (await _system.RunAsync("vpn-firewall status")).Should().StartWith("in-force");

        await _system.RunAsync("dpkg --remove leakverifier");
        (await VpnFirewall.ListAsync(_system.Wire.Client)).Should().BeEmpty("nobody is left who could open the machine");
        await _system.MustBeOpenAsync();
        File.Exists(_system.At("/etc/vpn-firewall.d/30_default.conf")).Should().BeTrue();

        (await _system.InstallAsync(BootFiles.Package)).Should().Contain("will be closed from its next boot on");
        (await VpnFirewall.ListAsync(_system.Wire.Client)).Should().BeEmpty("it was open");
        await _system.RunAsync("dpkg --remove leakverifier");

        Directory.CreateDirectory(_system.At("/var/lib/vpn-firewall"));
        await _system.RunAsync("dpkg --purge leakverifier");
        File.Exists(_system.At("/etc/vpn-firewall.d/30_default.conf")).Should().BeFalse();
        File.Exists(_system.At("/etc/vpn-firewall.d/50_user.conf")).Should().BeTrue("it is the user's");
        Directory.Exists(_system.At("/var/lib/vpn-firewall")).Should().BeFalse();
        Path.Exists(_system.At(Unit)).Should().BeFalse();
        (await _system.RunAsync("find /usr /lib /etc -name '*vpn-firewall*' ! -path '/etc/vpn-firewall.d*'")).Should().BeEmpty();
    }

    private async Task UpgradeUnderABlastAsync()
    {
        var next = await InstalledSystem.BuildAsync("0.9.9", _system.At("/root"));
        using var blast = await _system.StartBlastAsync();
        (await _system.Wire.ArrivedAsync()).Should().Be(0);
        await _system.InstallAsync(next);
        (await _system.Wire.ArrivedAsync()).Should().Be(0, "an upgrade opens nothing");
        (await _system.RunAsync("dpkg-query -W -f '${Version}' leakverifier")).Should().Be("0.9.9");

        // The control: the same blast, without the rules.
        await _system.Wire.Client.RunAsync("nft flush ruleset");
        await _system.MustBeOpenAsync();
        await _system.RunAsync("vpn-firewall start");
        await InstalledSystem.EndAsync(blast);
    }
}
