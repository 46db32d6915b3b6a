// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Confirming;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.UnitTests.Firewall.Iptables;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary><c>start --confirm</c>: what stays, what goes back, and who decides it.</summary>
public sealed class ConfirmationTests
{
    private static readonly string Minimal = GoldenRulesets.Configuration("minimal");
    private static readonly string Gateway = GoldenRulesets.Configuration("gateway");

    private readonly FakeNftables _kernel = new();
    private readonly List<string[]> _detached = [];
    private StringWriter _output = new();
    private StringWriter _error = new();
    private string _folder = "";
    private bool _canDetach = true;
    private Func<FirewallEnvironment, WaitEnd> _meanwhile = _ => WaitEnd.TimeIsOver;

    [SetUp]
    public void SetUp()
    {
        (_output, _error) = (new(), new());
        _folder = Directory.CreateTempSubdirectory("vpn-firewall-").FullName;
        (_kernel.Table, _kernel.ListError) = (null, null);
        (_kernel.Spell, _kernel.Refuse) = (listing => listing, _ => null);
        _detached.Clear();
        (_canDetach, _meanwhile) = (true, _ => WaitEnd.TimeIsOver);
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
    public void Without_a_confirmation_an_open_machine_is_open_again_and_that_is_said(string verb)
    {
        var duringWait = "";
        _meanwhile = _ =>
        {
            duringWait = _kernel.Table;
            return WaitEnd.TimeIsOver;
        };

        Run(verb, "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Leak);

        duringWait.Should().Be(GoldenRulesets.Listing("minimal"));
        _kernel.Table.Should().BeNull();
        _error.ToString().Should().Contain("not confirmed within 60 seconds").And.Contain("OPEN");
    }

    [Test]
    public void Without_a_confirmation_the_rules_from_before_are_back()
    {
        Run("start", "--config", Gateway);

        Run("start", "--confirm", "5", "--config", Minimal).Should().Be(ExitCode.Leak);

        _kernel.Table.Should().Be(GoldenRulesets.Listing("gateway"));
        _error.ToString().Should().Contain("back to the rules from before");
    }

    [Test]
    public void Enter_at_the_terminal_confirms()
    {
        _meanwhile = _ => WaitEnd.Enter;

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Done);

        _kernel.Table.Should().Be(GoldenRulesets.Listing("minimal"));
        _output.ToString().Should().EndWith("OK: Confirmed: what is loaded stays.\n");
    }

    [Test]
    public void Another_process_confirms()
    {
        _meanwhile = environment =>
        {
            FirewallCommandLine.Run(["confirm"], environment).Should().Be(0);
            return WaitEnd.Decided;
        };

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Done);

        _kernel.Table.Should().Be(GoldenRulesets.Listing("minimal"));
    }

    [Test]
    public void A_start_without_confirm_takes_the_place_of_the_one_that_waits()
    {
        _meanwhile = environment =>
        {
            FirewallCommandLine.Run(["start", "--config", Gateway], environment).Should().Be(0);
            return WaitEnd.TimeIsOver;
        };

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Done);

        _kernel.Table.Should().Be(GoldenRulesets.Listing("gateway"));
        _output.ToString().Should().Contain("nothing goes back any more");
    }

    [Test]
    public void A_machine_that_was_opened_meanwhile_is_said_to_be_open()
    {
        _meanwhile = environment =>
        {
            FirewallCommandLine.Run(["flush"], environment).Should().Be(0);
            return WaitEnd.Decided;
        };

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Leak);

        _kernel.Table.Should().BeNull();
        _output.ToString().Should().NotContain("Confirmed");
        _error.ToString().Should().Contain("removed meanwhile").And.Contain("OPEN");
    }

    [Test]
    public void What_somebody_else_removed_cannot_be_confirmed()
    {
        _meanwhile = environment =>
        {
            _kernel.Table = null;
            FirewallCommandLine.Run(["confirm"], environment).Should().Be((int)ExitCode.Leak);
            return WaitEnd.TimeIsOver;
        };

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Leak);

        _output.ToString().Should().NotContain("Confirmed");
        _error.ToString().Should().Contain("removed meanwhile, and this machine is OPEN");
    }

    [Test]
    public void A_start_that_fails_does_not_confirm_the_one_that_waits()
    {
        var wrong = Path.Combine(_folder, "wrong.conf");
        File.WriteAllText(wrong, "TUNNEL_USER=1194\nVPN_SERVERS=nowhere\n");
        _meanwhile = environment =>
        {
            FirewallCommandLine.Run(["start", "--config", wrong], environment).Should().Be((int)ExitCode.BadConfiguration);
            return WaitEnd.TimeIsOver;
        };

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Leak);

        _kernel.Table.Should().BeNull();
    }

    [Test]
    public void Two_in_a_row_go_back_to_what_was_before_the_first()
    {
        var second = ExitCode.Done;
        _meanwhile = environment =>
        {
            _meanwhile = _ => WaitEnd.TimeIsOver;
            second = (ExitCode)FirewallCommandLine.Run(["start", "--confirm", "60", "--config", Gateway], environment);
            return WaitEnd.Decided;
        };

        Run("start", "--confirm", "60", "--config", Minimal);

        second.Should().Be(ExitCode.Leak);
        _kernel.Table.Should().BeNull();
    }

    [Test]
    public void A_first_start_that_fails_is_closed_until_the_time_is_over()
    {
        var duringWait = "";
        _meanwhile = _ =>
        {
            duringWait = _kernel.Table;
            return WaitEnd.TimeIsOver;
        };
        _kernel.Refuse = script => script.Contains("203.0.113.10", StringComparison.Ordinal) ? "Error: no" : null;

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Leak);

        duringWait.Should().Be(LeakVerifier.Firewall.Rules.Lockdown.Ruleset.Listing);
        _kernel.Table.Should().BeNull();
    }

    [Test]
    public void Where_nothing_changes_nothing_waits()
    {
        Run("start", "--config", Minimal);
        _meanwhile = _ => throw new InvalidOperationException("it waited");

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Done);

        Run("confirm").Should().Be(ExitCode.Leak);
        _error.ToString().Should().Contain("nothing waits").And.Contain("stay");
    }

    [Test]
    public void The_process_that_was_left_behind_goes_back_by_itself()
    {
        _meanwhile = environment =>
        {
            // As if the session died here: only the other process is left.
            FirewallCommandLine.Run(_detached.Single(), environment with { Wait = (_, _, _) => WaitEnd.TimeIsOver })
                .Should().Be(0);
            _kernel.Table.Should().BeNull();
            return WaitEnd.Decided;
        };

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Leak);
    }

    [Test]
    public void The_process_that_was_left_behind_does_nothing_after_a_confirmation()
    {
        _meanwhile = _ => WaitEnd.Enter;
        Run("start", "--confirm", "60", "--config", Minimal);

        Run(_detached.Single()).Should().Be(ExitCode.Done);

        _kernel.Table.Should().Be(GoldenRulesets.Listing("minimal"));
    }

    [Test]
    public void Nothing_is_loaded_that_nobody_could_take_back()
    {
        _canDetach = false;
        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Internal);
        _kernel.Table.Should().BeNull();

        _error.ToString().Should().Contain("nothing was changed").And.Contain("this machine is OPEN");

        (_canDetach, _kernel.ListError) = (true, "Error: out of memory");
        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Inconclusive);
        _kernel.Table.Should().BeNull();
        _error.ToString().Should().Contain("nothing was changed");
    }

    [TestCase(false, "OPEN")]
    [TestCase(true, "the rules that are loaded stay")]
    public void Nothing_is_loaded_where_the_way_back_cannot_be_noted(bool isClosed, string told)
    {
        if (isClosed)
        {
            Run("start", "--config", Gateway);
        }

        var before = _kernel.Table;
        Directory.CreateDirectory(NotedIn);

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.PrerequisiteMissing);

        _kernel.Table.Should().Be(before);
        _error.ToString().Should().StartWith("ERROR: nothing was changed").And.Contain(told);
        _error.ToString().Trim().Should().NotContain("\n");
    }

    [Test]
    public void The_way_back_is_told_although_it_cannot_be_noted()
    {
        _meanwhile = _ =>
        {
            Directory.CreateDirectory(NotedIn + ".new");
            return WaitEnd.TimeIsOver;
        };

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Leak);

        _kernel.Table.Should().BeNull();
        _error.ToString().Should().Contain("back to no rules: the machine is OPEN");
    }

    [Test]
    public void A_kernel_that_refuses_the_rules_from_before_keeps_the_new_ones()
    {
        _meanwhile = _ =>
        {
            _kernel.Refuse = _ => "Error: no memory";
            return WaitEnd.TimeIsOver;
        };

        Run("start", "--confirm", "60", "--config", Minimal).Should().Be(ExitCode.Leak);

        _kernel.Table.Should().Be(GoldenRulesets.Listing("minimal"));
        _error.ToString().Should().Contain("the new rules stay");
    }

    [Test]
    public void Flush_ends_the_waiting()
    {
        _meanwhile = environment =>
        {
            FirewallCommandLine.Run(["flush"], environment).Should().Be(0);
            return WaitEnd.Decided;
        };
        Run("start", "--config", Gateway);

        Run("start", "--confirm", "60", "--config", Minimal);

        _kernel.Table.Should().BeNull();
    }

    [Test]
    public void Status_says_what_waits_and_what_went_back()
    {
        var during = "";
        _meanwhile = environment =>
        {
            _output.GetStringBuilder().Clear();
            FirewallCommandLine.Run(["status", "--config", Minimal], environment).Should().Be(0);
            during = _output.ToString();
            return WaitEnd.TimeIsOver;
        };

        Run("start", "--confirm", "60", "--config", Minimal);

        during.Should().MatchRegex("confirm +goes back in (60|59|58) s to no rules").And.Contain("'vpn-firewall confirm'");
        _output.GetStringBuilder().Clear();
        Run("status", "--config", Minimal).Should().Be(ExitCode.Leak);
        _output.ToString().Should().StartWith("not-loaded").And.Contain("not confirmed in time");
        _output.GetStringBuilder().Clear();
        Run("status", "--json", "--config", Minimal);
        _output.ToString().Should().Contain("\"went-back\"");
    }

    [TestCase("4")]
    [TestCase("3601")]
    [TestCase("soon")]
    public void A_time_that_makes_no_sense_is_a_usage_error(string seconds)
    {
        Run("start", "--confirm", seconds, "--config", Minimal).Should().Be(ExitCode.Usage);

        _kernel.Table.Should().BeNull();
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("{\"state\":\"Waiting\",\"token\":5}")]
    [TestCase("not json")]
    [TestCase("{\"state\":\"99999999999\",\"token\":\"x\",\"seconds\":1,\"deadline\":1,\"before\":\"\",\"wasOpen\":true}")]
    [TestCase("{\"state\":\"0\",\"token\":\"x\",\"seconds\":1,\"deadline\":1,\"before\":\"\",\"wasOpen\":true}")]
    [TestCase("{\"state\":\"Waiting\",\"token\":\"x\",\"seconds\":1e99,\"deadline\":1,\"before\":\"\",\"wasOpen\":true}")]
    public void A_broken_file_is_no_waiting_start(string text)
    {
        File.WriteAllText(Path.Combine(_folder, $"confirmation-{NetworkNamespace.Number}.json"), text);

        Run("confirm").Should().Be(ExitCode.Leak);
        Run("start", "--config", Minimal).Should().Be(ExitCode.Done);
    }

    private string NotedIn => Path.Combine(_folder, $"confirmation-{NetworkNamespace.Number}.json");

    private ExitCode Run(params string[] args)
    {
        FirewallEnvironment environment = null!;
        environment = new FirewallEnvironment
        {
            Output = _output,
            Error = _error,
            CanChangeRules = () => true,
            OpenKernel = () => _kernel,
            ListInScratch = ruleset => new TableListing(ruleset.Listing, Error: null),
            ListFramesInScratch = rules => new TableListing(rules.Listing, Error: null),
            Links = new MachineLinks(() => ["eth0", "lo"], () => [], _folder),
            Settings = new KernelSettings(Path.Combine(_folder, "sys"), Path.Combine(_folder, "settings")),
            Iptables = FakeIptables.NotInstalled,
            LockPath = Path.Combine(_folder, "lock"),
            FindWatch = () => new FakeWatch(),
            StateFolder = _folder,
            PinsPath = Path.Combine(_folder, "hosts"),
            IsTerminal = () => true,
            CompleteDetachment = () => { },
            Detach = arguments =>
            {
                _detached.Add(arguments);
                return _canDetach;
            },
            Wait = (_, isDecided, _) => isDecided() ? WaitEnd.Decided : _meanwhile(environment),
        };
        return (ExitCode)FirewallCommandLine.Run(args, environment);
    }
}
