// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Rules;

namespace LeakVerifier.UnitTests.Firewall;

public sealed class CommandLineTests : CommandLineFixture
{
    [Test]
    public void A_file_is_not_read_as_arguments()
    {
        File.WriteAllText(Wrong, "secret\n");

        Run("start", "@" + Wrong).Should().Be(ExitCode.Usage);

        Error.ToString().Should().Contain("@" + Wrong).And.NotContain("secret");
    }

    [TestCase("start")]
    [TestCase("restart")]
    [TestCase("reload")]
    public void Loading_verbs_put_the_configured_rules_into_the_kernel(string verb)
    {
        Run(verb, "--config", Minimal).Should().Be(ExitCode.Done);

        Kernel.Table.Should().Be(GoldenListing());
        Output.ToString().Should().StartWith("OK: VPN firewall loaded").And.Contain("203.0.113.10:1194/udp");
    }

    [TestCase("start")]
    [TestCase("restart")]
    [TestCase("reload")]
    public void A_wrong_configuration_keeps_the_rules_that_are_loaded(string verb)
    {
        Run("start", "--config", Minimal);

        Run(verb, "--config", Wrong).Should().Be(ExitCode.BadConfiguration);

        Kernel.Table.Should().Be(GoldenListing());
        Error.ToString().Should().Contain("wrong.conf:2").And.Contain("stay as they are");
    }

    [TestCase("start")]
    [TestCase("restart")]
    [TestCase("reload")]
    public void A_wrong_configuration_closes_a_machine_without_rules(string verb)
    {
        Run(verb, "--config", Wrong).Should().Be(ExitCode.BadConfiguration);

        Kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
        Error.ToString().Should().Contain("locked down");
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
        Kernel.Table = Lockdown.Ruleset.Listing.Replace(part, instead, StringComparison.Ordinal);

        Run("start", "--config", Wrong).Should().Be(ExitCode.BadConfiguration);

        Kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
    }

    [TestCase("table netdev vpn_firewall {\n", "table netdev vpn_firewall {\n\tflags dormant\n\n")]
    [TestCase("\tchain names_tunnel {\n", "\tchain names_tunnel {\n\t\taccept\n")]
    [TestCase("\tchain frames {\n", "\tchain frames {\n\t\tcounter accept\n")]
    [TestCase("counter drop\n\t}\n\n\tchain egress", "\n\t}\n\n\tchain egress")]
    [TestCase("policy drop", "policy accept")]
    public void A_second_wall_that_is_none_is_not_kept(string part, string instead)
    {
        Run("start", "--config", Minimal).Should().Be(ExitCode.Done);
        Run("start", "--config", Wrong).Should().Be(ExitCode.BadConfiguration);
        Kernel.Table.Should().Be(GoldenListing(), "both walls hold");
        Kernel.Frames.Should().Contain(part);
        Kernel.Frames = Kernel.Frames!.Replace(part, instead, StringComparison.Ordinal);

        Run("start", "--config", Wrong).Should().Be(ExitCode.BadConfiguration);

        Kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
        Error.ToString().Should().Contain("locked down");
    }

    [Test]
    public void A_kernel_that_refuses_the_rules_leaves_the_machine_closed()
    {
        Kernel.Refuse = script => script.Contains("fib daddr", StringComparison.Ordinal) ? "Error: no fib here" : null;

        Run("start", "--config", Minimal).Should().Be(ExitCode.PrerequisiteMissing);

        Kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
        Error.ToString().Should().Contain("no fib here").And.Contain("locked down");
    }

    [Test]
    public void A_kernel_that_refuses_even_the_lockdown_is_said_to_be_open()
    {
        Kernel.Refuse = _ => "Error: Operation not permitted";

        Run("start", "--config", Minimal).Should().Be(ExitCode.NotPrivileged);

        Error.ToString().Should().Contain("THE MACHINE IS OPEN");
    }

    [Test]
    public void A_kernel_that_has_other_rules_than_it_was_given_is_locked_down()
    {
        Kernel.Spell = listing => listing.Replace("udp dport 1194", "udp dport 1195", StringComparison.Ordinal);

        Run("start", "--config", Minimal).Should().Be(ExitCode.Internal);

        Kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
        Error.ToString().Should().Contain("+ may_leave: meta skuid 1194 ip daddr 203.0.113.10 udp dport 1195 counter accept");
    }

    [Test]
    public void Rules_in_another_spelling_are_the_same_rules()
    {
        Kernel.Spell = Respell;

        Run("start", "--config", Minimal).Should().Be(ExitCode.Done);
        Run("status", "--config", Minimal).Should().Be(ExitCode.Done);

        Kernel.Table.Should().NotBe(GoldenListing(), "only then the slow comparison was asked");
    }

    [Test]
    public void Rules_that_cannot_be_read_back_are_inconclusive()
    {
        Kernel.ListError = "Error: out of memory";

        Run("start", "--config", Minimal).Should().Be(ExitCode.Inconclusive);
        Error.ToString().Should().Contain("could not be verified: Error: out of memory");

        Run("status", "--config", Minimal).Should().Be(ExitCode.Inconclusive);
        Output.ToString().Should().StartWith("unknown: Error: out of memory");
    }

    [Test]
    public void Stop_changes_nothing()
    {
        Run("start", "--config", Minimal);

        Run("stop").Should().Be(ExitCode.Done);

        Kernel.Table.Should().Be(GoldenListing());
        Output.ToString().Should().Contain("stays closed");
    }

    [Test]
    public void Stop_says_that_a_machine_without_rules_is_not_closed()
    {
        Run("stop").Should().Be(ExitCode.Leak);

        Kernel.Table.Should().BeNull();
        Error.ToString().Should().Contain("not closed");
    }

    [Test]
    public void Flush_opens_and_says_so()
    {
        Run("start", "--config", Minimal);

        Run("flush").Should().Be(ExitCode.Done);

        Kernel.Table.Should().BeNull();
        Output.ToString().Should().Contain("OPEN");
    }

    [Test]
    public void Print_and_check_ask_neither_for_privileges_nor_for_the_kernel()
    {
        Run(Forbidden(), "print", "--config", Minimal).Should().Be(ExitCode.Done);
        Output.ToString().Should().StartWith(File.ReadAllText(Path.ChangeExtension(Minimal, ".nft")))
            .And.Contain("\n# \tchain frames {\n");
        Run(Forbidden(), "check", "--config", Minimal).Should().Be(ExitCode.Done);
        Run(Forbidden(), "check", "--config", Wrong).Should().Be(ExitCode.BadConfiguration);
        Run(Forbidden(), "print", "--config", Wrong).Should().Be(ExitCode.BadConfiguration);
        Output.ToString().Should().BeEmpty();
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

        Error.ToString().Should().Be("ERROR: install it\n");
    }

    [Test]
    public void An_unexpected_exception_is_one_line()
    {
        var environment = Environment() with { OpenKernel = () => throw new InvalidOperationException("two\nlines") };

        Run(environment, "start", "--config", Minimal).Should().Be(ExitCode.Internal);

        Error.ToString().Should().Be("ERROR: internal error: InvalidOperationException: two lines\n");
    }

    [Test]
    public void What_nobody_can_hear_changes_nothing_of_what_is_done()
    {
        using var full = new FullDisk();
        var environment = Environment() with { Output = full, Error = full };

        Run(environment, "start", "--config", Wrong).Should().Be(ExitCode.BadConfiguration);
        Kernel.Table.Should().Be(Lockdown.Ruleset.Listing);
        Run(environment, "start", "--config", Minimal).Should().Be(ExitCode.Done);
        Kernel.Table.Should().Be(GoldenListing());
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

        Error.ToString().Should().Be("ERROR: standard output cannot be written: No space left on device\n");
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

        Error.ToString().Should().StartWith("ERROR: ");
        Kernel.Table.Should().BeNull();
    }

    private sealed class FullDisk : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
