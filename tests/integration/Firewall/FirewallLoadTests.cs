// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>What the kernel has after each verb.</summary>
public sealed class FirewallLoadTests
{
    private static IEnumerable<string> Names => VpnFirewall.GoldenNames;

    // In a mount namespace of the program's own; the host keeps its library.
    private const string HideLibrary = "lib=$(ldconfig -p | sed -n 's/.*libnftables.so.1 .*=> //p' | head -n 1); "
        + "mount --bind /dev/null \"$lib\"; exec \"$0\" \"$@\"";

    private string _folder = "";
    private string _wrong = "";

    [SetUp]
    public async Task SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("vpn-firewall-").FullName;
        _wrong = Path.Combine(_folder, "wrong.conf");
        await File.WriteAllTextAsync(_wrong, "TUNNEL_USER=1194\nVPN_SERVERS=nowhere\n");
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(nameof(Names))]
    public async Task The_kernel_lists_a_golden_ruleset_byte_for_byte(string name)
    {
        using var space = await TestNamespace.CreateAsync();

        await space.RunAsync($"nft -f {VpnFirewall.Golden(name + ".nft")}");
        (await VpnFirewall.ListAsync(space)).Should().Be(VpnFirewall.Listing(name));
        await space.RunAsync("nft flush ruleset");

        var run = await VpnFirewall.RunAsync(space, "start", "--config", VpnFirewall.Golden(name + ".conf"));
        run.ExitCode.Should().Be(0, "{0}", run);
        (await VpnFirewall.ListAsync(space)).Should().Be(VpnFirewall.Listing(name));
    }

    [Test]
    public async Task A_wrong_configuration_on_the_first_start_closes_the_machine()
    {
        using var wire = await Wire.CreateAsync();
        wire.Send("203.0.113.10", 1194, Wire.TunnelUser).Should().BeTrue("nothing is closed yet");

        var run = await VpnFirewall.RunAsync(wire.Client, "start", "--config", _wrong);

        run.ExitCode.Should().Be(65, "{0}", run);
        (await VpnFirewall.ListAsync(wire.Client)).Should().Be(VpnFirewall.Listing("lockdown"));
        wire.Send("203.0.113.10", 1194, Wire.TunnelUser).Should().BeFalse();
        wire.Send("203.0.113.80", 9, Wire.OtherUser).Should().BeFalse("the tunnel is closed as well");
        (await wire.ArrivedAsync()).Should().Be(1, "only the datagram before the start left");
    }

    [TestCase("start")]
    [TestCase("restart")]
    [TestCase("reload")]
    public async Task A_wrong_configuration_after_a_good_start_changes_nothing(string verb)
    {
        using var space = await TestNamespace.CreateAsync();
        await VpnFirewall.RunAsync(space, "start", "--config", VpnFirewall.Golden("minimal.conf"));

        var run = await VpnFirewall.RunAsync(space, verb, "--config", _wrong);

        run.ExitCode.Should().Be(65, "{0}", run);
        (await VpnFirewall.ListAsync(space)).Should().Be(VpnFirewall.Listing("minimal"));
    }

    [TestCase("add table inet vpn_firewall { flags dormant; }")]
    [TestCase("add table netdev vpn_firewall { flags dormant; }")]
    [TestCase("insert rule inet vpn_firewall may_leave accept")]
    [TestCase("insert rule netdev vpn_firewall names_tunnel accept")]
    public async Task Walls_that_sleep_or_are_bypassed_are_not_closed_and_not_kept(string alteration)
    {
        using var wire = await Wire.CreateAsync();
        await VpnFirewall.RunAsync(wire.Client, "start", "--config", VpnFirewall.Golden("minimal.conf"));
        (await VpnFirewall.RunAsync(wire.Client, "stop")).ExitCode.Should().Be(0);
        await wire.Client.RunAsync($"nft '{alteration}'");

        (await VpnFirewall.RunAsync(wire.Client, "stop")).ExitCode.Should().Be(1);
        var run = await VpnFirewall.RunAsync(wire.Client, "start", "--config", _wrong);

        run.ExitCode.Should().Be(65, "{0}", run);
        (await VpnFirewall.ListAsync(wire.Client)).Should().Be(VpnFirewall.Listing("lockdown"));
    }

    [Test]
    public async Task Another_configuration_replaces_all_of_the_first_one()
    {
        using var space = await TestNamespace.CreateAsync();
        foreach (var name in new[] { "everything", "minimal", "gateway", "dhcp" })
        {
            var run = await VpnFirewall.RunAsync(space, "reload", "--config", VpnFirewall.Golden(name + ".conf"));
            run.ExitCode.Should().Be(0, "{0}", run);
            (await VpnFirewall.ListAsync(space)).Should().Be(VpnFirewall.Listing(name));
        }
    }

    [TestCase("nft insert rule inet vpn_firewall output accept")]
    [TestCase("nft add rule inet vpn_firewall may_leave ip daddr 203.0.113.80 accept")]
    [TestCase("nft flush chain inet vpn_firewall guard")]
    [TestCase("nft add chain inet vpn_firewall output '{ policy accept; }'")]
    [TestCase("nft add set inet vpn_firewall mine '{ type ipv4_addr; }'")]
    public async Task Status_notices_a_foreign_alteration_and_start_undoes_it(string alteration)
    {
        using var space = await TestNamespace.CreateAsync();
        string[] config = ["--config", VpnFirewall.Golden("minimal.conf")];
        await VpnFirewall.RunAsync(space, ["start", .. config]);
        (await VpnFirewall.RunAsync(space, ["status", .. config])).ExitCode.Should().Be(0);

        await space.RunAsync(alteration);

        var altered = await VpnFirewall.RunAsync(space, ["status", .. config]);
        altered.ExitCode.Should().Be(1, "{0}", altered);
        altered.Output.Should().StartWith("altered: ");
        (await VpnFirewall.RunAsync(space, ["start", .. config])).ExitCode.Should().Be(0);
        (await VpnFirewall.RunAsync(space, ["status", .. config])).ExitCode.Should().Be(0);
    }

    [Test]
    public async Task A_spelling_that_nft_changes_is_compared_in_a_namespace_of_its_own()
    {
        // IPv4-compatible addresses (RFC 4291) end in dotted form when nft lists them.
        var config = Path.Combine(_folder, "dotted.conf");
        await File.WriteAllTextAsync(config, "TUNNEL_USER=1194\nVPN_SERVERS=\"[::203.0.113.10]:1194/udp\"\n");
        using var space = await TestNamespace.CreateAsync();

        var start = await VpnFirewall.RunAsync(space, "start", "--config", config);

        start.ExitCode.Should().Be(0, "{0}", start);
        var print = await VpnFirewall.RunAsync(space, "print", "--config", config);
        print.Output.Should().NotContain(await VpnFirewall.ListAsync(space), "only then the slow comparison was asked");
        (await VpnFirewall.RunAsync(space, "status", "--config", config)).ExitCode.Should().Be(0);
        await space.RunAsync("nft insert rule inet vpn_firewall output accept");
        (await VpnFirewall.RunAsync(space, "status", "--config", config)).ExitCode.Should().Be(1);
    }

    [Test]
    public async Task Flush_removes_our_table_and_nobody_elses()
    {
        using var space = await TestNamespace.CreateAsync();
        await space.LoadAsync("table inet other {\n chain c {\n }\n}\n");
        await VpnFirewall.RunAsync(space, "start", "--config", VpnFirewall.Golden("minimal.conf"));

        (await VpnFirewall.RunAsync(space, "stop")).ExitCode.Should().Be(0);
        (await VpnFirewall.RunAsync(space, "flush")).ExitCode.Should().Be(0);

        (await space.RunAsync("nft list tables")).Should().Be("table inet other\n");
        (await VpnFirewall.RunAsync(space, "stop")).ExitCode.Should().Be(1);
        var status = await VpnFirewall.RunAsync(space, "status", "--config", VpnFirewall.Golden("minimal.conf"));
        status.ExitCode.Should().Be(1, "{0}", status);
    }

    [Test]
    public async Task Without_privileges_the_exit_code_says_so()
    {
        var program = Path.Combine(_folder, "vpn-firewall");
        using var space = await TestNamespace.CreateAsync();
        await space.RunAsync($"cp {VpnFirewall.Path} {program}; chmod 755 {_folder} {program}");

        foreach (var verb in new[] { "start", "stop", "flush", "status" })
        {
            var nobody = await space.TryRunAsync("setpriv", "--reuid", "65534", "--clear-groups", program, verb);
            nobody.ExitCode.Should().Be(77, "{0}", nobody);
            var powerless = await space.TryRunAsync("setpriv", "--bounding-set=-net_admin", program, verb);
            powerless.ExitCode.Should().Be(77, "{0}", powerless);
        }

        var help = await space.TryRunAsync("setpriv", "--reuid", "65534", "--clear-groups", program, "--help");
        help.ExitCode.Should().Be(0, "the same user can run the program as such: {0}", help);
    }

    [Test]
    public async Task A_folder_that_cannot_be_read_is_a_wrong_configuration()
    {
        var program = Path.Combine(_folder, "vpn-firewall");
        var secret = Directory.CreateDirectory(Path.Combine(_folder, "secret")).FullName;
        await File.WriteAllTextAsync(Path.Combine(secret, "a.conf"), "TUNNEL_USER=1194\n");
        using var space = await TestNamespace.CreateAsync();
        await space.RunAsync($"cp {VpnFirewall.Path} {program}; chmod 755 {_folder} {program}; chmod 700 {secret}");
        string[] asNobody = ["setpriv", "--reuid", "65534", "--clear-groups", program, "check", "--config", secret];

        var unreadable = await space.TryRunAsync(asNobody);
        await space.RunAsync($"chmod 755 {secret}");
        var readable = await space.TryRunAsync(asNobody);

        unreadable.ExitCode.Should().Be(65, "{0}", unreadable);
        unreadable.Error.Should().Contain("cannot be read");
        readable.ExitCode.Should().Be(0, "{0}", readable);
    }

    [Test]
    public async Task Without_libnftables_the_machine_is_closed_and_what_cannot_be_said_names_the_package()
    {
        using var space = await TestNamespace.CreateAsync();
        string[] hidden = ["unshare", "--mount", "sh", "-ec", HideLibrary, VpnFirewall.Path];

        var start = await space.TryRunAsync([.. hidden, "start", "--config", VpnFirewall.Golden("minimal.conf")]);
        var status = await space.TryRunAsync([.. hidden, "status", "--config", VpnFirewall.Golden("minimal.conf")]);
        var wrong = await space.TryRunAsync([.. hidden, "reload", "--config", _wrong]);

        start.ExitCode.Should().Be(0, "{0}", start);
        status.ExitCode.Should().Be(69, "{0}", status);
        status.Error.Should().Contain("apt-get install nftables");
        wrong.ExitCode.Should().Be(69, "{0}", wrong);
        (await VpnFirewall.ListAsync(space)).Should().Be(VpnFirewall.Listing("minimal"), "nothing was changed");
    }

    [Test]
    public async Task Without_libnftables_a_wrong_configuration_on_the_first_start_closes_the_machine()
    {
        using var space = await TestNamespace.CreateAsync();

        var run = await space.TryRunAsync(
            ["unshare", "--mount", "sh", "-ec", HideLibrary, VpnFirewall.Path, "start", "--config", _wrong]);

        run.ExitCode.Should().Be(65, "{0}", run);
        (await VpnFirewall.ListAsync(space)).Should().Be(VpnFirewall.Listing("lockdown"));
    }
}
