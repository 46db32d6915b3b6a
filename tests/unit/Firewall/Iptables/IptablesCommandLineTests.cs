// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Iptables;

namespace LeakVerifier.UnitTests.Firewall.Iptables;

public sealed class IptablesCommandLineTests : IptablesCommandLineFixture
{
    [TestCase("start")]
    [TestCase("restart")]
    [TestCase("reload")]
    public void Loading_verbs_close_both_families_IPv6_first(string verb)
    {
        Run([verb, .. Backend, "--config", Minimal]).Should().Be(ExitCode.Done, "{0}", Error);

        IsClosed().Should().BeTrue();
        Iptables.Transactions.Should().Equal(
            "IPv6 filter", "IPv6 mangle", "IPv6 raw", "IPv4 filter", "IPv4 mangle", "IPv4 raw");
        Output.ToString().Should().StartWith("OK: VPN firewall loaded").And.Contain("203.0.113.10:1194/udp");
    }

    [Test]
    public void Starting_again_leaves_one_jump_at_the_top_of_each_chain()
    {
        Start(Minimal);
        Iptables.Meddle(IpFamily.IPv4, "filter", "-I OUTPUT 1 -j ACCEPT");
        Iptables.Meddle(IpFamily.IPv4, "filter", "-A OUTPUT -j VPNFW-output");
        IsClosed().Should().BeFalse();

        Start(Minimal);

        IsClosed().Should().BeTrue();
        Loaded(IpFamily.IPv4).Split('\n').Where(line => line.StartsWith("-A OUTPUT", StringComparison.Ordinal))
            .Should().Equal("-A OUTPUT -j VPNFW-output", "-A OUTPUT -j ACCEPT");
    }

    [Test]
    public void Chains_of_others_stay_and_so_does_what_they_closed()
    {
        Iptables.Meddle(IpFamily.IPv4, "filter", ":DOCKER - [0:0]");
        Iptables.Meddle(IpFamily.IPv4, "filter", ":FORWARD DROP [0:0]");
        Iptables.Meddle(IpFamily.IPv4, "filter", "-A FORWARD -j DOCKER");
        Iptables.Meddle(IpFamily.IPv4, "nat", "-A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE");
        var before = Loaded(IpFamily.IPv4);

        Start(Gateway);
        Loaded(IpFamily.IPv4).Should().Contain("-A FORWARD -j VPNFW-forward\n-A FORWARD -j DOCKER\n");
        Start(Minimal);
        Run(["flush"]).Should().Be(ExitCode.Done);

        foreach (var line in before.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Loaded(IpFamily.IPv4).Should().Contain(line);
        }

        Loaded(IpFamily.IPv4).Should().NotContain("VPNFW").And.Contain(":INPUT ACCEPT").And.Contain(":OUTPUT ACCEPT");
        Loaded(IpFamily.IPv6).Should().NotContain("VPNFW").And.NotContain("DROP");
    }

    [Test]
    public void A_wrong_configuration_closes_a_machine_without_rules_and_keeps_those_that_are_loaded()
    {
        Run(["start", .. Backend, "--config", Wrong]).Should().Be(ExitCode.BadConfiguration);
        Status(Minimal).Should().Be((ExitCode.Leak, "lockdown"));

        Start(Minimal);
        var before = Loaded(IpFamily.IPv6) + Loaded(IpFamily.IPv4);
        Run(["reload", .. Backend, "--config", Wrong]).Should().Be(ExitCode.BadConfiguration);
        (Loaded(IpFamily.IPv6) + Loaded(IpFamily.IPv4)).Should().Be(before);
    }

    [TestCase(IpFamily.IPv6, "filter")]
    [TestCase(IpFamily.IPv6, "raw")]
    [TestCase(IpFamily.IPv4, "filter")]
    [TestCase(IpFamily.IPv4, "mangle")]
    [TestCase(IpFamily.IPv4, "nat")]
    public void A_part_that_is_refused_brings_the_old_rules_back(IpFamily family, string table)
    {
        Start(Minimal);
        var before = Listing();
        Iptables.Refuse = (where, name, script) => where == family && name == table && script.Contains("eth1", StringComparison.Ordinal)
            || where == family && name == table && table == "raw" && script.Contains("tun+", StringComparison.Ordinal)
            ? "no such match" : null;

        Run(["reload", .. Backend, "--config", GoldenRulesets.Configuration("everything")]).Should().Be(ExitCode.PrerequisiteMissing);

        Listing().Should().Be(before);
        Error.ToString().Should().Contain($"{family}: no such match").And.Contain("stay as they are");
    }

    [TestCase(IpFamily.IPv6)]
    [TestCase(IpFamily.IPv4)]
    public void A_part_that_is_refused_at_the_first_start_leads_to_the_lockdown(IpFamily family)
    {
        Iptables.Refuse = (where, name, script) =>
            where == family && name == "raw" && script.Contains("addrtype", StringComparison.Ordinal) ? "no addrtype here" : null;

        Run(["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.PrerequisiteMissing);

        Error.ToString().Should().Contain("locked down");
        Status(Minimal).Should().Be((ExitCode.Leak, "lockdown"));
    }

    [Test]
    public void Where_ip6tables_fails_nothing_is_open_because_nft_closes()
    {
        Iptables.Broken = family => family == IpFamily.IPv6 ? "ip6tables-restore: no" : null;

        Run(["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.PrerequisiteMissing);

        IptablesShape.IsClosed(SavedTables.Read(Loaded(IpFamily.IPv4))).Should().BeTrue("what can be closed is");
        Nft.Table.Should().Be(LeakVerifier.Firewall.Rules.Lockdown.Ruleset.Listing);
        Error.ToString().Should().Contain("IPv6: ip6tables-restore: no").And.Contain("locked down");
    }

    [Test]
    public void Only_a_kernel_without_IPv6_does_without_ip6tables_and_that_is_said()
    {
        Iptables.Broken = family => family == IpFamily.IPv6 ? "Address family not supported" : null;
        HasIPv6 = false;

        Run(["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.Done, "{0}", Error);

        Error.ToString().Should().Contain("this kernel has no IPv6");
        Status(Minimal).Should().Be((ExitCode.Done, "in-force"));
    }

    [Test]
    public void Without_iptables_the_exit_code_says_so_and_nft_closes()
    {
        Run(Environment(isInstalled: false), ["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.PrerequisiteMissing);

        Error.ToString().Should().Contain("apt-get install iptables").And.Contain("locked down");
        Nft.Table.Should().NotBeNull();
    }

    [Test]
    public void Status_and_stop_speak_of_the_backend_that_is_loaded()
    {
        Start(Minimal);

        Run(["stop"]).Should().Be(ExitCode.Done);
        Run(["status", "--json", "--config", Minimal]).Should().Be(ExitCode.Done);
        using var json = JsonDocument.Parse(Output.ToString());
        json.RootElement.GetProperty("backend").GetString().Should().Be("iptables");
        json.RootElement.GetProperty("uncovered").EnumerateArray().Select(line => line.GetString())
            .Should().Contain(line => line!.Contains("AF_PACKET", StringComparison.Ordinal));
        json.RootElement.GetProperty("blocked").GetProperty("output").GetInt64().Should().Be(4, "two of each family");
        json.RootElement.GetProperty("rules").EnumerateArray().Should().Contain(rule =>
            rule.GetProperty("table").GetString() == "IPv4 filter" && rule.GetProperty("chain").GetString() == "VPNFW-may-leave"
            && rule.GetProperty("verdict").GetString() == "accept" && rule.GetProperty("for").GetString() == "-o lo -j ACCEPT"
            && rule.GetProperty("packets").GetInt64() == 2);
        Run(["status", "--backend", "nft", "--config", Minimal]).Should().Be(ExitCode.Leak, "nft has nothing loaded");
    }

    [TestCase("-I OUTPUT 1 -j ACCEPT")]
    [TestCase("-F VPNFW-output")]
    [TestCase("-I VPNFW-may-leave 1 -d 203.0.113.80/32 -j ACCEPT")]
    [TestCase(":OUTPUT ACCEPT [0:0]")]
    public void Status_notices_a_foreign_alteration_and_start_undoes_it(string alteration)
    {
        Start(Minimal);
        Status(Minimal).Should().Be((ExitCode.Done, "in-force"));

        Iptables.Meddle(IpFamily.IPv6, "filter", alteration);

        Status(Minimal).Should().Be((ExitCode.Leak, "altered"));
        Start(Minimal);
        Status(Minimal).Should().Be((ExitCode.Done, "in-force"));
    }

    [Test]
    public void Rules_in_another_spelling_are_the_same_rules()
    {
        Iptables.Spell = rule => rule.Replace("--dport 1194", "--dport openvpn", StringComparison.Ordinal);

        Start(Minimal);

        Status(Minimal).Should().Be((ExitCode.Done, "in-force"));
    }

    [Test]
    public void Save_writes_files_that_only_their_owner_reads()
    {
        Run(["save", "--config", Minimal, "--to", Folder]).Should().Be(ExitCode.Done);
        Run(["save", .. Backend, "--config", Minimal, "--to", Folder]).Should().Be(ExitCode.Done);

        var nft = Path.Combine(Folder, "rules.nft");
        File.ReadAllText(nft).Should().Be(File.ReadAllText(Path.ChangeExtension(Minimal, ".nft")));
        File.GetUnixFileMode(nft).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ReadAllText(Path.Combine(Folder, "rules.v4")).Should().Contain("203.0.113.10").And.EndWith("COMMIT\n");
        File.ReadAllText(Path.Combine(Folder, "rules.v6")).Should().Contain(":OUTPUT DROP").And.EndWith("COMMIT\n");
        Directory.GetFiles(Folder).Should().HaveCount(4, "no draft is left behind");
    }

    [Test]
    public void Save_with_a_wrong_configuration_keeps_what_was_saved()
    {
        Run(["save", "--config", Minimal, "--to", Folder]);

        Run(["save", "--config", Wrong, "--to", Folder]).Should().Be(ExitCode.BadConfiguration);

        File.ReadAllText(Path.Combine(Folder, "rules.nft")).Should().Be(File.ReadAllText(Path.ChangeExtension(Minimal, ".nft")));
    }

    [Test]
    public void Print_shows_both_families()
    {
        Run(["print", .. Backend, "--config", Minimal]).Should().Be(ExitCode.Done);

        Output.ToString().Should().Be(IptablesRulesetTests.Compile(Minimal).ToText());
    }
}
