// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.UnitTests.Firewall.Iptables;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary>What the verbs tell a watch.</summary>
public sealed class WatchedVerbTests
{
    private static readonly string Minimal = GoldenRulesets.Configuration("minimal");

    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private FakeNftables _kernel = new();
    private FakeWatch _watch = new();
    private string _folder = "";

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("watched-verbs-").FullName;
        (_kernel, _watch) = (new(), new());
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
    }

    [TearDown]
    public void TearDown()
    {
        Directory.Delete(_folder, recursive: true);
        _kernel.Dispose();
        _watch.Dispose();
    }

    [OneTimeTearDown]
    public void Close()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Test]
    public void A_watch_is_warned_before_a_change_and_follows_when_it_is_verified()
    {
        Run("reload", "--config", Minimal).Should().Be(ExitCode.Done);

        _watch.Told.Should().Equal("hold", "adopt 7");
    }

    [Test]
    public void Rules_that_somebody_changed_before_the_watch_followed_are_compared_again()
    {
        _watch.Changes = 2;

        Run("reload", "--config", Minimal).Should().Be(ExitCode.Done);

        _watch.Told.Should().Equal("hold", "adopt 7", "adopt 7", "adopt 7");
    }

    [Test]
    public void A_machine_without_a_wall_does_not_wait_for_a_watch()
    {
        _watch.IsElsewhere = true;
        List<bool> wasClosed = [];
        _watch.Fail = _ =>
        {
            wasClosed.Add(_kernel.Table is not null);
            return null;
        };

        Run("start", "--config", Minimal).Should().Be(ExitCode.Done);

        wasClosed.Should().NotBeEmpty().And.NotContain(false);
    }

    [Test]
    public void A_machine_with_a_wall_changes_nothing_before_the_watch_knows()
    {
        (_watch.IsElsewhere, _kernel.HasChains) = (true, (_, _) => true);
        var before = "";
        _watch.Fail = what =>
        {
            before = what == "hold" ? _kernel.Table : before;
            return null;
        };

        Run("start", "--config", Minimal).Should().Be(ExitCode.Done);

        before.Should().BeNull();
    }

    [Test]
    public void A_watch_is_told_the_policy_whose_rules_it_takes_over()
    {
        Run("start", "--config", Minimal).Should().Be(ExitCode.Done);

        PolicyText.Write(_watch.Policy!).Should().Contain("VPN_SERVERS='203.0.113.10:1194/udp'");
    }

    [TestCase("hold")]
    [TestCase("adopt 7")]
    public void A_watch_that_does_not_follow_does_not_keep_the_rules_from_being_loaded(string part)
    {
        _watch.Fail = what => what == part ? "it hangs" : null;

        Run("start", "--config", Minimal).Should().Be(ExitCode.Inconclusive);

        _kernel.Table.Should().NotBeNull();
        _error.ToString().Should().Contain("it hangs");
    }

    [Test]
    public void Rules_that_are_not_those_that_were_given_are_not_followed()
    {
        _kernel.Spell = listing => listing.Replace("udp dport 1194", "udp dport 1195", StringComparison.Ordinal);

        Run("start", "--config", Minimal).Should().Be(ExitCode.Internal);

        _watch.Told.Should().Equal(["hold", "hold", "adopt 7"], "the lockdown is followed");
    }

    [Test]
    public void Flush_ends_the_watch_before_it_opens()
    {
        Run("start", "--config", Minimal);
        _watch.Fail = what => what == "open" ? "it cannot be killed" : null;

        Run("flush").Should().Be(ExitCode.PrerequisiteMissing);

        _kernel.Table.Should().NotBeNull("otherwise it would be restored at once");
        _error.ToString().Should().Contain("it cannot be killed");
        _watch.Fail = _ => null;
        Run("flush").Should().Be(ExitCode.Done);
        _kernel.Table.Should().BeNull();
    }

    [Test]
    public void Going_back_is_lawful_and_going_back_to_nothing_ends_the_watch()
    {
        var links = new MachineLinks(() => ["eth0"], () => [], _folder);
        var frames = new FrameWall(_kernel, links, rules => new TableListing(rules.Listing, Error: null));
        var wall = new Wall(_kernel, frames, ruleset => new TableListing(ruleset.Listing, Error: null), _watch);
        var nothing = wall.Remember()!;
        Run("start", "--config", Minimal);
        var something = wall.Remember()!;
        _watch.Told.Clear();

        wall.Restore(something.Script).Should().BeTrue();
        _watch.Told.Should().Equal("hold", "adopt 7");
        _watch.Told.Clear();
        wall.Restore(nothing.Script).Should().BeTrue();
        _watch.Told.Should().Equal("open");
        _kernel.Table.Should().BeNull();
    }

    [TestCase("stop")]
    [TestCase("status", "--config")]
    public void Verbs_that_change_nothing_tell_it_nothing(params string[] verb)
    {
        Run(verb.Length == 1 ? verb : [.. verb, Minimal]);

        _watch.Told.Should().BeEmpty();
    }

    private ExitCode Run(params string[] args) => (ExitCode)FirewallCommandLine.Run(args, new FirewallEnvironment
    {
        Output = _output,
        Error = _error,
        CanChangeRules = () => true,
        OpenKernel = () => _kernel,
        ListInScratch = ruleset => new TableListing(ruleset.Listing, Error: null),
        ListFramesInScratch = rules => new TableListing(rules.Listing, Error: null),
        Links = new MachineLinks(() => ["eth0"], () => [], _folder),
        Settings = new KernelSettings(Path.Combine(_folder, "sys"), Path.Combine(_folder, "settings")),
        FindWatch = () => _watch,
        Iptables = FakeIptables.NotInstalled,
        LockPath = Path.Combine(_folder, "lock"),
        StateFolder = _folder,
    });
}
