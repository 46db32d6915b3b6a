// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.UnitTests.Firewall.Iptables;

namespace LeakVerifier.UnitTests.Firewall;

public sealed class CommandLineTests
{
    private static readonly string Minimal = GoldenRulesets.Configuration("minimal");

    private readonly FakeNftables _kernel = new();
    private StringWriter _output = new();
    private StringWriter _error = new();
    private string _folder = "";
    private string _wrong = "";

    [SetUp]
    public void SetUp()
    {
        (_output, _error) = (new(), new());
        _folder = Directory.CreateTempSubdirectory("vpn-firewall-").FullName;
        _wrong = Path.Combine(_folder, "wrong.conf");
        File.WriteAllText(_wrong, "TUNNEL_USER=1194\nVPN_SERVERS=nowhere\n");
        (_kernel.Table, _kernel.Frames, _kernel.ListError) = (null, null, null);
        (_kernel.Spell, _kernel.Refuse) = (listing => listing, _ => null);
    }

    [TearDown]
    public void TearDown()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Test]
    public void Rules_that_take_a_card_for_the_tunnel_are_as_configured_and_not_closed()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "tun0", "device"));
        var renamed = Environment() with { Links = new MachineLinks(() => ["lo", "tun0"], () => [], _folder) };
        Run(renamed, "start", "--config", Minimal).Should().Be(ExitCode.Done);
        _error.ToString().Should().Contain("LEAVES IN THE CLEAR");
        Run(renamed, "status", "--json", "--config", Minimal);

        var report = _output.ToString()[_output.ToString().IndexOf('{', StringComparison.Ordinal)..];
        using var json = JsonDocument.Parse(report);
        json.RootElement.GetProperty("state").GetString().Should().Be("in-force");
        json.RootElement.GetProperty("closed").GetBoolean().Should().BeFalse();
        json.RootElement.GetProperty("remarks").EnumerateArray().Select(remark => remark.GetString())
            .Should().ContainSingle().Which.Should().Contain("LEAVES IN THE CLEAR");
    }

    [Test]
    public void A_file_is_not_read_as_arguments()
    {
        File.WriteAllText(_wrong, "secret\n");

        Run("start", "@" + _wrong).Should().Be(ExitCode.Usage);

        _error.ToString().Should().Contain("@" + _wrong).And.NotContain("secret");
    }

    [TestCase("start")]
    [TestCase("restart")]
    [TestCase("reload")]
    public void Loading_verbs_put_the_configured_rules_into_the_kernel(string verb)
    {
        Run(verb, "--config", Minimal).Should().Be(ExitCode.Done);

        _kernel.Table.Should().Be(GoldenListing());
        _output.ToString().Should().StartWith("OK: VPN firewall loaded").And.Contain("203.0.113.10:1194/udp");
    }

    [TestCase("start")]
    [TestCase("restart")]
    [TestCase("reload")]
    public void A_wrong_configuration_keeps_the_rules_that_are_loaded(string verb)
    {
        Run("start", "--config", Minimal);

        Run(verb, "--config", _wrong).Should().Be(ExitCode.BadConfiguration);

        _kernel.Table.Should().Be(GoldenListing());
        _error.ToString().Should().Contain("wrong.conf:2").And.Contain("stay as they are");
    }

    [TestCase("start")]
    [TestCase("restart")]
    [TestCase("reload")]
    public void A_wrong_configuration_closes_a_machine_without_rules(string verb)
    {
        Run(verb, "--config", _wrong).Should().Be(ExitCode.BadConfiguration);

        _kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
        _error.ToString().Should().Contain("locked down");
    }

    [TestCase("jump may_leave", "accept")]
    [TestCase("policy drop", "policy accept")]
    [TestCase("counter drop", "jump may_leave")]
    [TestCase("chain forward", "chain backward")]
    [TestCase("table inet vpn_firewall {\n", "table inet vpn_firewall {\n\tflags dormant\n\n")]
    [TestCase("table inet vpn_firewall {\n", "table inet vpn_firewall {\n\tflags owner,dormant\n\n")]
    [TestCase("oifname \"lo\" counter accept", "counter accept")]
    [TestCase("oifname \"lo\" counter accept", "log accept")]
    [TestCase("oifname \"lo\" counter accept", "jump elsewhere")]
    [TestCase("jump may_leave", "jump elsewhere")]
    [TestCase("jump may_leave", "ip protocol vmap { 17 : accept }")]
    [TestCase("counter drop", "goto elsewhere\n\t\tcounter drop")]
    public void A_table_that_is_no_wall_is_not_kept(string part, string instead)
    {
        _kernel.Table = Lockdown.Ruleset.Listing.Replace(part, instead, StringComparison.Ordinal);

        Run("start", "--config", _wrong).Should().Be(ExitCode.BadConfiguration);

        _kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
    }

    [TestCase("table netdev vpn_firewall {\n", "table netdev vpn_firewall {\n\tflags dormant\n\n")]
    [TestCase("\tchain names_tunnel {\n", "\tchain names_tunnel {\n\t\taccept\n")]
    [TestCase("\tchain frames {\n", "\tchain frames {\n\t\tcounter accept\n")]
    [TestCase("counter drop\n\t}\n\n\tchain egress", "\n\t}\n\n\tchain egress")]
    [TestCase("policy drop", "policy accept")]
    public void A_second_wall_that_is_none_is_not_kept(string part, string instead)
    {
        Run("start", "--config", Minimal).Should().Be(ExitCode.Done);
        Run("start", "--config", _wrong).Should().Be(ExitCode.BadConfiguration);
        _kernel.Table.Should().Be(GoldenListing(), "both walls hold");
        _kernel.Frames.Should().Contain(part);
        _kernel.Frames = _kernel.Frames!.Replace(part, instead, StringComparison.Ordinal);

        Run("start", "--config", _wrong).Should().Be(ExitCode.BadConfiguration);

        _kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
        _error.ToString().Should().Contain("locked down");
    }

    [Test]
    public void A_kernel_that_refuses_the_rules_leaves_the_machine_closed()
    {
        _kernel.Refuse = script => script.Contains("fib daddr", StringComparison.Ordinal) ? "Error: no fib here" : null;

        Run("start", "--config", Minimal).Should().Be(ExitCode.PrerequisiteMissing);

        _kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
        _error.ToString().Should().Contain("no fib here").And.Contain("locked down");
    }

    [Test]
    public void A_kernel_that_refuses_even_the_lockdown_is_said_to_be_open()
    {
        _kernel.Refuse = _ => "Error: Operation not permitted";

        Run("start", "--config", Minimal).Should().Be(ExitCode.NotPrivileged);

        _error.ToString().Should().Contain("THE MACHINE IS OPEN");
    }

    [Test]
    public void A_kernel_that_has_other_rules_than_it_was_given_is_locked_down()
    {
        _kernel.Spell = listing => listing.Replace("udp dport 1194", "udp dport 1195", StringComparison.Ordinal);

        Run("start", "--config", Minimal).Should().Be(ExitCode.Internal);

        _kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
        _error.ToString().Should().Contain("+ may_leave: meta skuid 1194 ip daddr 203.0.113.10 udp dport 1195 counter accept");
    }

    [Test]
    public void Rules_in_another_spelling_are_the_same_rules()
    {
        _kernel.Spell = Respell;

        Run("start", "--config", Minimal).Should().Be(ExitCode.Done);
        Run("status", "--config", Minimal).Should().Be(ExitCode.Done);

        _kernel.Table.Should().NotBe(GoldenListing(), "only then the slow comparison was asked");
    }

    [Test]
    public void Rules_that_cannot_be_read_back_are_inconclusive()
    {
        _kernel.ListError = "Error: out of memory";

        Run("start", "--config", Minimal).Should().Be(ExitCode.Inconclusive);
        _error.ToString().Should().Contain("could not be verified: Error: out of memory");

        Run("status", "--config", Minimal).Should().Be(ExitCode.Inconclusive);
        _output.ToString().Should().StartWith("unknown: Error: out of memory");
    }

    [Test]
    public void Stop_changes_nothing()
    {
        Run("start", "--config", Minimal);

        Run("stop").Should().Be(ExitCode.Done);

        _kernel.Table.Should().Be(GoldenListing());
        _output.ToString().Should().Contain("stays closed");
    }

    [Test]
    public void Stop_says_that_a_machine_without_rules_is_not_closed()
    {
        Run("stop").Should().Be(ExitCode.Leak);

        _kernel.Table.Should().BeNull();
        _error.ToString().Should().Contain("not closed");
    }

    [Test]
    public void Flush_opens_and_says_so()
    {
        Run("start", "--config", Minimal);

        Run("flush").Should().Be(ExitCode.Done);

        _kernel.Table.Should().BeNull();
        _output.ToString().Should().Contain("OPEN");
    }

    [Test]
    public void Status_tells_the_four_states_apart()
    {
        StatusOf().Should().Be((ExitCode.Leak, "not-loaded", false));
        Run("start", "--config", _wrong);
        StatusOf().Should().Be((ExitCode.Leak, "lockdown", true));
        Run("start", "--config", Minimal);
        StatusOf().Should().Be((ExitCode.Done, "in-force", true));
        _kernel.Table = GoldenListing().Replace("jump may_leave", "accept", StringComparison.Ordinal);
        StatusOf().Should().Be((ExitCode.Leak, "altered", false));
    }

    [Test]
    public void Status_counts_the_blocked_packets_of_each_chain()
    {
        Run("start", "--config", Minimal);

        Run("status", "--config", Minimal);

        _output.ToString().Should().Contain("inbound 2, input 14, forward 2, output 2, guard 2");
    }

    [Test]
    public void Status_names_what_the_rules_that_counted_are_for()
    {
        Run("start", "--config", Minimal);

        Run("status", "--config", Minimal);
        _output.ToString().Should().StartWith("in-force: ").And.NotContain("\e[")
            .And.MatchRegex(@" 2  reject +output #3: nothing on the list of what may leave accepts it\n");
        Run(Environment() with { HasColour = () => true }, "status", "--config", Minimal);
        _output.ToString().Should().StartWith("\e[32min-force\e[0m: ");

        Run("status", "--json", "--config", Minimal);
        using var json = JsonDocument.Parse(_output.ToString());
        var rules = json.RootElement.GetProperty("rules").EnumerateArray().ToList();
        rules.Should().Contain(rule => rule.GetProperty("chain").GetString() == "guard"
            && rule.GetProperty("number").GetInt32() == 3 && rule.GetProperty("packets").GetInt32() == 2);
        rules.Should().OnlyContain(rule =>
            rule.GetProperty("for").GetString()!.Length > 10 && rule.GetProperty("verdict").GetString()!.Length > 3);
        json.RootElement.GetProperty("blocked").GetProperty("guard").GetInt32().Should().Be(2, "what is accepted is not blocked");
    }

    [Test]
    public void Status_tells_what_the_watch_saw_and_whether_it_lives()
    {
        var path = Path.Combine(_folder, "watch.json");
        var gap = new Gap("the table was deleted", "nft", DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(4.25));
        new WatchReport
        {
            Process = System.Environment.ProcessId,
            Since = DateTimeOffset.UnixEpoch,
            Ownership = Ownership.OwnedPersistent,
        }.With(gap).Write(path);
        Run("start", "--config", Minimal);
        var environment = Environment() with { WatchReportPath = path };

        using (WatchLock.TryTake(environment.WatchLockPath))
        {
            Run(environment, "status", "--config", Minimal);
        }

        _output.ToString().Should().MatchRegex("watch +alive; gaps since 1970-01-01 00:00:00Z: 1\n")
            .And.MatchRegex(@"last gap +the table was deleted at 1970-01-01 00:00:00Z, restored after 4\.[23] ms; cause: nft");
        Run(environment, "status", "--config", Minimal);
        _output.ToString().Should().MatchRegex("watch +GONE", "the process of that number is this one, and no watch");
    }

    [Test]
    public void Print_and_check_ask_neither_for_privileges_nor_for_the_kernel()
    {
        Run(Forbidden(), "print", "--config", Minimal).Should().Be(ExitCode.Done);
        _output.ToString().Should().StartWith(File.ReadAllText(Path.ChangeExtension(Minimal, ".nft")))
            .And.Contain("\n# \tchain frames {\n");
        Run(Forbidden(), "check", "--config", Minimal).Should().Be(ExitCode.Done);
        Run(Forbidden(), "check", "--config", _wrong).Should().Be(ExitCode.BadConfiguration);
        Run(Forbidden(), "print", "--config", _wrong).Should().Be(ExitCode.BadConfiguration);
        _output.ToString().Should().BeEmpty();
    }

    [TestCase("start")]
    [TestCase("stop")]
    [TestCase("flush")]
    [TestCase("status")]
    [TestCase("watch")]
    public void Without_privileges_nothing_is_tried(string verb)
    {
        Run(Forbidden(), verb, "--config", Minimal).Should().Be(ExitCode.NotPrivileged);
    }

    [Test]
    public void A_missing_library_is_named()
    {
        var environment = Environment() with { OpenKernel = () => throw new NftablesMissingException("install it") };

        Run(environment, "start", "--config", Minimal).Should().Be(ExitCode.PrerequisiteMissing);

        _error.ToString().Should().Be("ERROR: install it\n");
    }

    [Test]
    public void An_unexpected_exception_is_one_line()
    {
        var environment = Environment() with { OpenKernel = () => throw new InvalidOperationException("two\nlines") };

        Run(environment, "start", "--config", Minimal).Should().Be(ExitCode.Internal);

        _error.ToString().Should().Be("ERROR: internal error: InvalidOperationException: two lines\n");
    }

    [Test]
    public void What_nobody_can_hear_changes_nothing_of_what_is_done()
    {
        using var full = new FullDisk();
        var environment = Environment() with { Output = full, Error = full };

        Run(environment, "start", "--config", _wrong).Should().Be(ExitCode.BadConfiguration);
        _kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
        Run(environment, "start", "--config", Minimal).Should().Be(ExitCode.Done);
        _kernel.Table.Should().Be(GoldenListing());
        Run(environment, "flush").Should().Be(ExitCode.Done);
        Run(environment, "bogus").Should().Be(ExitCode.Usage);
    }

    [TestCase("print")]
    [TestCase("status")]
    [TestCase("explain", "oif=eth0 daddr=203.0.113.10")]
    public void An_answer_that_cannot_be_written_is_an_error(params string[] verb)
    {
        using var full = new FullDisk();

        Run(Environment() with { Output = full }, [.. verb, "--config", Minimal]).Should().Be(ExitCode.BadConfiguration);

        _error.ToString().Should().Be("ERROR: standard output cannot be written: No space left on device\n");
    }

    [TestCase]
    [TestCase("bogus")]
    [TestCase("start", "--bogus")]
    [TestCase("start", "--config")]
    [TestCase("start", "--json")]
    [TestCase("start", "--backend", "pf")]
    [TestCase("start", "stop")]
    public void A_wrong_command_line_is_a_usage_error(params string[] args)
    {
        Run(args).Should().Be(ExitCode.Usage);

        _error.ToString().Should().StartWith("ERROR: ");
        _kernel.Table.Should().BeNull();
    }

    private static string GoldenListing()
    {
        var script = File.ReadAllText(Path.ChangeExtension(Minimal, ".nft"));
        return script[script.IndexOf("table inet vpn_firewall {", StringComparison.Ordinal)..];
    }

    private static string Respell(string listing)
    {
        return listing.Replace("udp dport 1194", "udp dport openvpn", StringComparison.Ordinal);
    }

    private (ExitCode Code, string? State, bool IsClosed) StatusOf()
    {
        var code = Run("status", "--json", "--config", Minimal);
        using var json = JsonDocument.Parse(_output.ToString());
        var report = json.RootElement;
        return (code, report.GetProperty("state").GetString(), report.GetProperty("closed").GetBoolean());
    }

    private FirewallEnvironment Environment() => new()
    {
        Output = _output,
        Error = _error,
        CanChangeRules = () => true,
        OpenKernel = () => _kernel,
        ListInScratch = ruleset =>
            new TableListing(_kernel.Spell == Respell ? Respell(ruleset.Listing) : ruleset.Listing, Error: null),
        ListFramesInScratch = rules => new TableListing(rules.Listing, Error: null),
        Links = new MachineLinks(() => ["eth0", "lo"], () => [], _folder),
        Settings = new KernelSettings(Path.Combine(_folder, "sys"), Path.Combine(_folder, "settings")),
        Iptables = FakeIptables.NotInstalled,
        FindWatch = () => new FakeWatch(),
        LockPath = Path.Combine(_folder, "lock"),
        StateFolder = _folder,
        WatchReportPath = Path.Combine(_folder, "no-watch.json"),
        WatchLockPath = Path.Combine(_folder, "watch.lock"),
        PinsPath = Path.Combine(_folder, "hosts"),
    };

    private FirewallEnvironment Forbidden() => Environment() with
    {
        CanChangeRules = () => false,
        OpenKernel = () => throw new InvalidOperationException("the kernel was asked"),
    };

    private ExitCode Run(params string[] args)
    {
        return Run(null, args);
    }

    private ExitCode Run(FirewallEnvironment? environment, params string[] args)
    {
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        return (ExitCode)FirewallCommandLine.Run(args, environment ?? Environment());
    }

    private sealed class FullDisk : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
