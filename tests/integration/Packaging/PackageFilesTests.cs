// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Boot;
using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Packaging;

/// <summary>What the package brings along beside the programs, in a system that has it installed.</summary>
public sealed class PackageFilesTests
{
    // In tenths: 2.0 of 10, "OK".
    private const int ExposureLimit = 20;

    private InstalledSystem _system = null!;

    [OneTimeSetUp]
    public async Task Install()
    {
        _system = await InstalledSystem.CreateAsync();
        await _system.InstallAsync(BootFiles.Package);
    }

    [SetUp]
    public async Task Open() => await _system.Wire.Client.RunAsync("nft flush ruleset");

    [OneTimeTearDown]
    public void TearDown() => _system.Dispose();

    [Test]
    public async Task The_plugin_of_netfilter_persistent_closes_and_never_opens()
    {
        const string plugin = "/usr/share/netfilter-persistent/plugins.d/30_vpn-firewall ";
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
    public async Task Before_the_program_runs_nft_alone_closes_by_the_saved_rules_or_else_by_the_lockdown()
    {
        const string preload = "/usr/libexec/vpn-firewall/preload";
        await _system.RunAsync("rm -rf /var/lib/vpn-firewall; mkdir /var/lib/vpn-firewall");
        var client = _system.Wire.Client;

        await _system.RunAsync(preload);
        (await VpnFirewall.ListAsync(client)).Should().Be(VpnFirewall.Listing("lockdown"));

        await client.RunAsync("nft flush ruleset");
        File.Copy(VpnFirewall.Golden("minimal.nft"), _system.At("/var/lib/vpn-firewall/rules.nft"));
        await _system.RunAsync(preload);
        (await VpnFirewall.ListAsync(client)).Should().Be(VpnFirewall.Listing("minimal"));

        foreach (var broken in new[] { "table inet vpn_firewall { nonsense }\n", "" })
        {
            await client.RunAsync("nft flush ruleset");
            await File.WriteAllTextAsync(_system.At("/var/lib/vpn-firewall/rules.nft"), broken);
            (await _system.RunAsync(preload)).Should().Contain("is not accepted any more");
            (await VpnFirewall.ListAsync(client)).Should().Be(VpnFirewall.Listing("lockdown"));
        }
    }

    [Test]
    public async Task Starting_and_stopping_nftables_service_lets_nothing_out()
    {
        await _system.RunAsync("vpn-firewall start");
        using var blast = await _system.StartBlastAsync();
        for (var round = 0; round < 20; round++)
        {
            await _system.RunAsync("/usr/libexec/vpn-firewall/nftables start; /usr/libexec/vpn-firewall/nftables stop");
        }

        (await _system.Wire.ArrivedAsync()).Should().Be(0);
        (await _system.RunAsync("vpn-firewall status")).Should().StartWith("in-force");
        (await _system.RunAsync("nft list tables")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Should().BeEquivalentTo(["table inet vpn_firewall", "table netdev vpn_firewall"], "other tables were flushed");

        // The control: what the unit does without our drop-in.
        await _system.RunAsync("nft flush ruleset");
        await _system.MustBeOpenAsync();
        await InstalledSystem.EndAsync(blast);
    }

    [Test]
    public async Task Nftables_service_flushes_nothing_where_the_walls_cannot_be_listed()
    {
        await _system.RunAsync("vpn-firewall start");
        await _system.RunAsync("""
            mkdir -p /tmp/broken
            printf '#!/bin/sh\ncase "$*" in *"list table "*) exit 1 ;; esac\nexec /usr/sbin/nft "$@"\n' >/tmp/broken/nft
            chmod +x /tmp/broken/nft
            """);

        var stop = await _system.TryRunAsync("PATH=/tmp/broken:$PATH /usr/libexec/vpn-firewall/nftables stop");

        stop.ExitCode.Should().NotBe(0);
        (await _system.RunAsync("vpn-firewall status")).Should().StartWith("in-force");
    }

    [TestCase("vpn-firewall.service")]
    [TestCase("vpn-firewall-watch.service")]
    [TestCase("vpn-firewall-interface@eth0.service")]
    public async Task Systemd_verifies_the_units_and_rates_their_exposure_low(string unit)
    {
        (await _system.RunAsync($"systemd-analyze verify --man=no {unit}")).Should().BeEmpty("of {0}", unit);
        var rating = await _system.TryRunAsync($"systemd-analyze security --offline=true --threshold={ExposureLimit} {unit}");
        rating.ExitCode.Should().Be(0, "{0} should be at most {1}: {2}", unit, ExposureLimit, rating);
        TestContext.Out.WriteLine(rating.Output.Trim().Split('\n')[^1]);
    }
}
