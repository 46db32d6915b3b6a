// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Boot;
using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Packaging;

/// <summary>A life of the package: installed, upgraded under a blast of packets, removed, purged.</summary>
public sealed class PackageTests
{
    private const string Install = "DEBIAN_FRONTEND=noninteractive dpkg --force-depends --install /tmp/";

    private const string Unit = "/etc/systemd/system/sysinit.target.wants/vpn-firewall.service";

    // Sends datagrams as fast as it can, as nobody, until it is killed; says when it has begun.
    private const string Blast = """
        $< = $> = 65534; socket(my $s, 2, 2, 0); $| = 1; print "begun\n";
        while (1) { send($s, "nonce", 0, pack("S n C4 x8", 2, 9, 203, 0, 113, 99)) }
        """;

    private InstalledSystem _system = null!;

    [SetUp]
    public async Task SetUp()
    {
        _system = await InstalledSystem.CreateAsync();
        _system.Give(BootFiles.Package);
    }

    [TearDown]
    public void TearDown() => _system.Dispose();

    [Test]
    [CancelAfter(180_000)]
    public async Task Installing_closes_nothing_upgrading_opens_nothing_removing_opens_and_purging_cleans()
    {
        (await _system.RunAsync(Install + Path.GetFileName(BootFiles.Package)))
            .Should().Contain("will be closed from its next boot on");
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
        await MustBeOpenAsync();
        File.Exists(_system.At("/etc/vpn-firewall.d/30_default.conf")).Should().BeTrue();

        Directory.CreateDirectory(_system.At("/var/lib/vpn-firewall"));
        await _system.RunAsync("dpkg --purge leakverifier");
        File.Exists(_system.At("/etc/vpn-firewall.d/30_default.conf")).Should().BeFalse();
        File.Exists(_system.At("/etc/vpn-firewall.d/50_user.conf")).Should().BeTrue("it is the user's");
        Directory.Exists(_system.At("/var/lib/vpn-firewall")).Should().BeFalse();
        Path.Exists(_system.At(Unit)).Should().BeFalse();
        (await _system.RunAsync("find /usr /lib /etc -name '*vpn-firewall*' ! -path '/etc/vpn-firewall.d*'")).Should().BeEmpty();
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task The_plugin_of_netfilter_persistent_closes_and_never_opens()
    {
        const string plugin = "/usr/share/netfilter-persistent/plugins.d/30_vpn-firewall ";
        await _system.RunAsync(Install + Path.GetFileName(BootFiles.Package));

        await _system.RunAsync(plugin + "start");
        (await _system.RunAsync("vpn-firewall status")).Should().StartWith("in-force");
        foreach (var request in new[] { "stop", "flush" })
        {
            await _system.RunAsync(plugin + request);
            (await _system.RunAsync("vpn-firewall status")).Should().StartWith("in-force", "of {0}", request);
        }

        (await _system.TryRunAsync(plugin + "explode")).ExitCode.Should().Be(64);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Before_the_program_runs_nft_alone_closes_by_the_saved_rules_or_else_by_the_lockdown()
    {
        const string preload = "/usr/libexec/vpn-firewall/preload";
        await _system.RunAsync(Install + Path.GetFileName(BootFiles.Package));
        await _system.RunAsync("mkdir -p /var/lib/vpn-firewall; chmod a-x /usr/sbin/vpn-firewall");
        var client = _system.Wire.Client;

        await _system.RunAsync(preload);
        (await VpnFirewall.ListAsync(client)).Should().Be(VpnFirewall.Listing("lockdown"));

        await client.RunAsync("nft flush ruleset");
        File.Copy(VpnFirewall.Golden("minimal.nft"), _system.At("/var/lib/vpn-firewall/rules.nft"));
        await _system.RunAsync(preload);
        (await VpnFirewall.ListAsync(client)).Should().Be(VpnFirewall.Listing("minimal"));

        await client.RunAsync("nft flush ruleset");
        await File.WriteAllTextAsync(_system.At("/var/lib/vpn-firewall/rules.nft"), "table inet vpn_firewall { nonsense }\n");
        (await _system.RunAsync(preload)).Should().Contain("is not accepted any more");
        (await VpnFirewall.ListAsync(client)).Should().Be(VpnFirewall.Listing("lockdown"));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Starting_and_stopping_nftables_service_lets_nothing_out()
    {
        await _system.RunAsync(Install + Path.GetFileName(BootFiles.Package));
        await _system.RunAsync("vpn-firewall start");
        using var blast = await StartBlastAsync();
        for (var round = 0; round < 20; round++)
        {
            await _system.RunAsync("/usr/libexec/vpn-firewall/nftables start; /usr/libexec/vpn-firewall/nftables stop");
        }

        (await _system.Wire.ArrivedAsync()).Should().Be(0);
        (await _system.RunAsync("vpn-firewall status")).Should().StartWith("in-force");
        (await _system.RunAsync("nft list tables")).Trim().Should().Be("table inet vpn_firewall", "other tables were flushed");

        // The control: what the unit does without our drop-in.
        await _system.RunAsync("nft flush ruleset");
        await MustBeOpenAsync();
        await EndAsync(blast);
    }

    private async Task UpgradeUnderABlastAsync()
    {
        var next = await InstalledSystem.BuildAsync("0.9.9", _system.At("/tmp"));
        using var blast = await StartBlastAsync();
        (await _system.Wire.ArrivedAsync()).Should().Be(0);
        await _system.RunAsync(Install + Path.GetFileName(next));
        (await _system.Wire.ArrivedAsync()).Should().Be(0, "an upgrade opens nothing");
        (await _system.RunAsync("dpkg-query -W -f '${Version}' leakverifier")).Should().Be("0.9.9");

        // The control: the same blast, without the rules.
        await _system.Wire.Client.RunAsync("nft flush ruleset");
        await MustBeOpenAsync();
        await _system.RunAsync("vpn-firewall start");
        await EndAsync(blast);
    }

    private async Task<System.Diagnostics.Process> StartBlastAsync()
    {
        var blast = _system.Wire.Client.Start("perl", "-e", Blast);
        (await blast.StandardOutput.ReadLineAsync()).Should().Be("begun");
        await _system.Wire.ArrivedAsync();
        return blast;
    }

    private static async Task EndAsync(System.Diagnostics.Process blast)
    {
        blast.Kill();
        await blast.WaitForExitAsync();
    }

    private async Task MustBeOpenAsync()
    {
        _system.Wire.Send("203.0.113.99", 9, Wire.OtherUser).Should().BeTrue();
        while (await _system.Wire.ArrivedAsync() == 0)
        {
            await Task.Yield();
        }
    }
}
