// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Confirming;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Iptables;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Firewall.Iptables;

public sealed class IptablesCommandLineTests
{
    private static readonly string Minimal = GoldenRulesets.Configuration("minimal");
    private static readonly string Gateway = GoldenRulesets.Configuration("gateway");
    private static readonly string[] Backend = ["--backend", "iptables"];

    private FakeNftables _nft = new();
    private FakeIptables _iptables = new(IptablesVariant.Nft);
    private FakeIptables _legacy = new(IptablesVariant.Legacy);
    private bool _hasIPv6 = true;
    private StringWriter _output = new();
    private StringWriter _error = new();
    private string _folder = "";
    private string _wrong = "";

    [SetUp]
    public void SetUp()
    {
        (_nft, _iptables, _legacy) = (new(), new(IptablesVariant.Nft), new(IptablesVariant.Legacy));
        (_output, _error, _hasIPv6) = (new(), new(), true);
        _nft.HasChains = (family, chain) =>
            Loaded(family == NftablesFamily.Ipv6 ? IpFamily.IPv6 : IpFamily.IPv4).Contains($":{chain} ", StringComparison.Ordinal);
        _folder = Directory.CreateTempSubdirectory("vpn-firewall-").FullName;
        _wrong = Path.Combine(_folder, "wrong.conf");
        File.WriteAllText(_wrong, "TUNNEL_USER=1194\nVPN_SERVERS=nowhere\n");
    }

    [TearDown]
    public void TearDown()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [TestCase("start")]
    [TestCase("restart")]
    [TestCase("reload")]
    public void Loading_verbs_close_both_families_IPv6_first(string verb)
    {
        Run([verb, .. Backend, "--config", Minimal]).Should().Be(ExitCode.Done, "{0}", _error);

        IsClosed().Should().BeTrue();
        _iptables.Transactions.Should().Equal(
            "IPv6 filter", "IPv6 mangle", "IPv6 raw", "IPv4 filter", "IPv4 mangle", "IPv4 raw");
        _output.ToString().Should().StartWith("OK: VPN firewall loaded").And.Contain("203.0.113.10:1194/udp");
    }

    [Test]
    public void Starting_again_leaves_one_jump_at_the_top_of_each_chain()
    {
        Start(Minimal);
        _iptables.Meddle(IpFamily.IPv4, "filter", "-I OUTPUT 1 -j ACCEPT");
        _iptables.Meddle(IpFamily.IPv4, "filter", "-A OUTPUT -j VPNFW-output");
        IsClosed().Should().BeFalse();

        Start(Minimal);

        IsClosed().Should().BeTrue();
        Loaded(IpFamily.IPv4).Split('\n').Where(line => line.StartsWith("-A OUTPUT", StringComparison.Ordinal))
            .Should().Equal("-A OUTPUT -j VPNFW-output", "-A OUTPUT -j ACCEPT");
    }

    [Test]
    public void Chains_of_others_stay_and_so_does_what_they_closed()
    {
        _iptables.Meddle(IpFamily.IPv4, "filter", ":DOCKER - [0:0]");
        _iptables.Meddle(IpFamily.IPv4, "filter", ":FORWARD DROP [0:0]");
        _iptables.Meddle(IpFamily.IPv4, "filter", "-A FORWARD -j DOCKER");
        _iptables.Meddle(IpFamily.IPv4, "nat", "-A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE");
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
        Run(["start", .. Backend, "--config", _wrong]).Should().Be(ExitCode.BadConfiguration);
        Status(Minimal).Should().Be((ExitCode.Leak, "lockdown"));

        Start(Minimal);
        var before = Loaded(IpFamily.IPv6) + Loaded(IpFamily.IPv4);
        Run(["reload", .. Backend, "--config", _wrong]).Should().Be(ExitCode.BadConfiguration);
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
        _iptables.Refuse = (where, name, script) => where == family && name == table && script.Contains("eth1", StringComparison.Ordinal)
            || where == family && name == table && table == "raw" && script.Contains("tun+", StringComparison.Ordinal)
            ? "no such match" : null;

        Run(["reload", .. Backend, "--config", GoldenRulesets.Configuration("everything")]).Should().Be(ExitCode.PrerequisiteMissing);

        Listing().Should().Be(before);
        _error.ToString().Should().Contain($"{family}: no such match").And.Contain("stay as they are");
    }

    [TestCase(IpFamily.IPv6)]
    [TestCase(IpFamily.IPv4)]
    public void A_part_that_is_refused_at_the_first_start_leads_to_the_lockdown(IpFamily family)
    {
        _iptables.Refuse = (where, name, script) =>
            where == family && name == "raw" && script.Contains("addrtype", StringComparison.Ordinal) ? "no addrtype here" : null;

        Run(["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.PrerequisiteMissing);

        _error.ToString().Should().Contain("locked down");
        Status(Minimal).Should().Be((ExitCode.Leak, "lockdown"));
    }

    [Test]
    public void Where_ip6tables_fails_nothing_is_open_because_nft_closes()
    {
        _iptables.Broken = family => family == IpFamily.IPv6 ? "ip6tables-restore: no" : null;

        Run(["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.PrerequisiteMissing);

        IptablesShape.IsClosed(SavedTables.Read(Loaded(IpFamily.IPv4))).Should().BeTrue("what can be closed is");
        _nft.Table.Should().Be(LeakVerifier.Firewall.Rules.Lockdown.Ruleset.Listing);
        _error.ToString().Should().Contain("IPv6: ip6tables-restore: no").And.Contain("locked down");
    }

    [Test]
    public void Only_a_kernel_without_IPv6_does_without_ip6tables_and_that_is_said()
    {
        _iptables.Broken = family => family == IpFamily.IPv6 ? "Address family not supported" : null;
        _hasIPv6 = false;

        Run(["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.Done, "{0}", _error);

        _error.ToString().Should().Contain("this kernel has no IPv6");
        Status(Minimal).Should().Be((ExitCode.Done, "in-force"));
    }

    [Test]
    public void Starting_with_iptables_removes_the_table_of_nft_once_its_own_rules_are_in_force()
    {
        Run(["start", "--config", Minimal]).Should().Be(ExitCode.Done);
        var wasClosedByNft = new List<bool>();
        _iptables.Refuse = (_, _, _) =>
        {
            wasClosedByNft.Add(_nft.Table is not null);
            return null;
        };

        Start(Minimal);

        wasClosedByNft.Should().HaveCount(6).And.OnlyContain(closed => closed);
        _nft.Table.Should().BeNull();
        IsClosed().Should().BeTrue();
    }

    [Test]
    public void The_kernels_settings_are_those_of_either_backend_until_the_machine_is_open()
    {
        var setting = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "sys", "ipv4", "conf", "all")).FullName, "arp_ignore");
        File.WriteAllText(setting, "0\n");
        var during = new List<string>();
        _iptables.Refuse = (_, _, _) => Remember(during, setting);

        Start(Minimal);
        File.ReadAllText(setting).Should().Be("1");
        Run(["start", "--config", Minimal]).Should().Be(ExitCode.Done, "{0}", _error);
        during.Clear();
        Start(Minimal);
        Run(["start", "--config", Minimal]).Should().Be(ExitCode.Done, "{0}", _error);

        during.Should().NotBeEmpty().And.OnlyContain(value => value == "1", "a switch does not tell the tunnel's address");
        File.ReadAllText(setting).Should().Be("1");
        Run(["flush"]).Should().Be(ExitCode.Done, "{0}", _error);
        File.ReadAllText(setting).Should().Be("0");
    }

    [Test]
    public void Starting_with_nft_removes_the_chains_of_iptables_once_its_own_rules_are_in_force()
    {
        Start(Gateway);

        Run(["start", "--config", Minimal]).Should().Be(ExitCode.Done);

        _nft.Table.Should().NotBeNull();
        (Loaded(IpFamily.IPv6) + Loaded(IpFamily.IPv4)).Should().NotContain("VPNFW").And.NotContain("DROP");
    }

    [Test]
    public void A_watch_that_ends_with_the_rules_of_nft_is_told_of()
    {
        var environment = Environment() with { WatchLockPath = Path.Combine(_folder, "watch.lock") };
        using (WatchLock.TryTake(environment.WatchLockPath))
        {
            Run(environment, ["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.Done);
            _error.ToString().Should().StartWith("WARNING: the watch guards the rules of nft alone");
            Run(environment, ["start", "--config", Minimal]).Should().Be(ExitCode.Done);
            _error.ToString().Should().NotContain("the watch");
        }

        Run(environment, ["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.Done);
        _error.ToString().Should().NotContain("the watch");
    }

    [Test]
    public void A_watch_that_does_not_come_back_with_the_rules_is_told_of()
    {
        var path = Path.Combine(_folder, "watch.lock");
        Run(["start", "--config", Minimal]).Should().Be(ExitCode.Done);
        var watch = WatchLock.TryTake(path);
        var environment = Environment() with
        {
            WatchLockPath = path,
            Detach = _ => true,
            Wait = (_, _, _) =>
            {
                watch!.Dispose();
                return WaitEnd.TimeIsOver;
            },
        };

        Run(environment, ["start", .. Backend, "--confirm", "5", "--config", Minimal]).Should().Be(ExitCode.Leak);

        _nft.Table.Should().NotBeNull();
        _error.ToString().Should().Contain("The watch has ended");
    }

    [TestCase("nft")]
    [TestCase("iptables")]
    [TestCase("none")]
    public void What_is_remembered_comes_back_whatever_backend_it_was_of(string before)
    {
        var policy = ConfigurationFiles.Read(Minimal).Policy!;
        var environment = Environment();
        var frames = new FrameWall(_nft, environment.Links, environment.ListFramesInScratch);
        var wall = new Wall(_nft, frames, environment.ListInScratch, environment.FindWatch());
        var nft = new NftBackend(wall, new UplinkFacts(environment.Links));
        var iptables = new IptablesBackend(_iptables, environment.Iptables);
        var both = new SwitchingBackend(environment.Settings, iptables, () => _nft.Table is null ? [] : [nft], () => nft, _ => { });
        if (before != "none")
        {
            (before == "nft" ? nft : (IBackend)iptables).Load(policy).Outcome.Should().Be(LoadOutcome.InForce);
        }

        var (table, chains) = (_nft.Table, Listing());
        var remembered = both.Remember()!;
        remembered.WasOpen.Should().Be(before == "none");
        both.Load(ConfigurationFiles.Read(Gateway).Policy!).Outcome.Should().Be(LoadOutcome.InForce);
        (_nft.Table, Listing()).Should().NotBe((table, chains));

        both.Restore(remembered.Script).Should().BeTrue();

        (_nft.Table, Listing()).Should().Be((table, chains));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_failed_switch_keeps_the_rules_of_the_other_backend(bool toNft)
    {
        Run([.. toNft ? ["start", .. Backend] : new[] { "start" }, "--config", Minimal]).Should().Be(ExitCode.Done);
        _nft.Refuse = _ => "no nft today";
        _iptables.Refuse = (family, name, script) =>
            family == IpFamily.IPv4 && name == "raw" && script.Contains("-I ", StringComparison.Ordinal) ? "no iptables today" : null;

        Run([.. toNft ? ["start", "--backend", "nft"] : (string[])["start", .. Backend], "--config", Minimal])
            .Should().Be(ExitCode.PrerequisiteMissing);

        _error.ToString().Should().Contain("stay as they are");
        (toNft ? IsClosed() : _nft.Table is not null).Should().BeTrue();
        Loaded(IpFamily.IPv6).Contains("VPNFW", StringComparison.Ordinal).Should().Be(toNft, "what was half loaded is taken back");
    }

    [Test]
    public void Rules_that_another_variant_left_are_removed_once_the_new_ones_are_in_force()
    {
        (_iptables, _legacy) = (_legacy, _iptables);
        Start(Minimal);
        (_iptables, _legacy) = (_legacy, _iptables);

        Start(Minimal);

        IsClosed().Should().BeTrue();
        _legacy.Save(IpFamily.IPv4).Output.Should().NotContain("VPNFW");
        _error.ToString().Should().Contain("iptables-legacy is in use besides iptables-nft");
    }

    [Test]
    public void Without_iptables_the_exit_code_says_so_and_nft_closes()
    {
        Run(Environment(isInstalled: false), ["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.PrerequisiteMissing);

        _error.ToString().Should().Contain("apt-get install iptables").And.Contain("locked down");
        _nft.Table.Should().NotBeNull();
    }

    [Test]
    public void Status_and_stop_speak_of_the_backend_that_is_loaded()
    {
        Start(Minimal);

        Run(["stop"]).Should().Be(ExitCode.Done);
        Run(["status", "--json", "--config", Minimal]).Should().Be(ExitCode.Done);
        using var json = JsonDocument.Parse(_output.ToString());
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

        _iptables.Meddle(IpFamily.IPv6, "filter", alteration);

        Status(Minimal).Should().Be((ExitCode.Leak, "altered"));
        Start(Minimal);
        Status(Minimal).Should().Be((ExitCode.Done, "in-force"));
    }

    [Test]
    public void Rules_in_another_spelling_are_the_same_rules()
    {
        _iptables.Spell = rule => rule.Replace("--dport 1194", "--dport openvpn", StringComparison.Ordinal);

        Start(Minimal);

        Status(Minimal).Should().Be((ExitCode.Done, "in-force"));
    }

    [Test]
    public void Save_writes_files_that_only_their_owner_reads()
    {
        Run(["save", "--config", Minimal, "--to", _folder]).Should().Be(ExitCode.Done);
        Run(["save", .. Backend, "--config", Minimal, "--to", _folder]).Should().Be(ExitCode.Done);

        var nft = Path.Combine(_folder, "rules.nft");
        File.ReadAllText(nft).Should().Be(File.ReadAllText(Path.ChangeExtension(Minimal, ".nft")));
        File.GetUnixFileMode(nft).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ReadAllText(Path.Combine(_folder, "rules.v4")).Should().Contain("203.0.113.10").And.EndWith("COMMIT\n");
        File.ReadAllText(Path.Combine(_folder, "rules.v6")).Should().Contain(":OUTPUT DROP").And.EndWith("COMMIT\n");
        Directory.GetFiles(_folder).Should().HaveCount(4, "no draft is left behind");
    }

    [Test]
    public void Save_with_a_wrong_configuration_keeps_what_was_saved()
    {
        Run(["save", "--config", Minimal, "--to", _folder]);

        Run(["save", "--config", _wrong, "--to", _folder]).Should().Be(ExitCode.BadConfiguration);

        File.ReadAllText(Path.Combine(_folder, "rules.nft")).Should().Be(File.ReadAllText(Path.ChangeExtension(Minimal, ".nft")));
    }

    [Test]
    public void Print_shows_both_families()
    {
        Run(["print", .. Backend, "--config", Minimal]).Should().Be(ExitCode.Done);

        _output.ToString().Should().Be(IptablesRulesetTests.Compile(Minimal).ToText());
    }

    private static string? Remember(List<string> seen, string file)
    {
        seen.Add(File.ReadAllText(file).Trim());
        return null;
    }

    private void Start(string configuration)
    {
        Run(["start", .. Backend, "--config", configuration]).Should().Be(ExitCode.Done, "{0}", _error);
    }

    private (ExitCode Code, string? State) Status(string configuration)
    {
        var code = Run(["status", .. Backend, "--json", "--config", configuration]);
        using var json = JsonDocument.Parse(_output.ToString());
        return (code, json.RootElement.GetProperty("state").GetString());
    }

    private bool IsClosed() => IpFamilies.InOrder.All(family => IptablesShape.IsClosed(SavedTables.Read(Loaded(family))));

    private string Loaded(IpFamily family) => _iptables.Save(family).Output;

    private string Listing() => string.Concat(IpFamilies.InOrder.Select(family => IptablesListing.Of(family, SavedTables.Read(Loaded(family)))));

    private FirewallEnvironment Environment(bool isInstalled = true) => new()
    {
        Output = _output,
        Error = _error,
        CanChangeRules = () => true,
        OpenKernel = () => _nft,
        ListInScratch = ruleset => new TableListing(ruleset.Listing, Error: null),
        ListFramesInScratch = rules => new TableListing(rules.Listing, Error: null),
        Links = new MachineLinks(() => ["eth0", "lo"], () => [], _folder),
        Settings = new KernelSettings(Path.Combine(_folder, "sys"), Path.Combine(_folder, "settings")),
        LockPath = Path.Combine(_folder, "lock"),
        FindWatch = () => new FakeWatch(),
        StateFolder = Path.Combine(_folder, "run"),
        Iptables = new IptablesAccess
        {
            Find = () => isInstalled ? new IptablesInstallation(_iptables, _legacy) : new IptablesInstallation(null, null),
            HasIPv6 = () => _hasIPv6,
            HasLegacyTables = () => IpFamilies.InOrder.Any(family =>
                new[] { _iptables, _legacy }.First(one => one.Variant == IptablesVariant.Legacy).Save(family).Output.Length > 0),
            SaveInScratch = Scratch,
        },
    };

    private static IptablesReply Scratch(IIptables iptables, IptablesRuleset ruleset, IpFamily family)
    {
        var scratch = new FakeIptables(iptables.Variant) { Spell = ((FakeIptables)iptables).Spell };
        return scratch.Restore(family, ruleset.Script(family)) is { IsDone: false } refusal ? refusal : scratch.Save(family);
    }

    private ExitCode Run(string[] args) => Run(Environment(), args);

    private ExitCode Run(FirewallEnvironment environment, string[] args)
    {
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        return (ExitCode)FirewallCommandLine.Run(args, environment);
    }
}
