// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.UnitTests.Commands;

/// <summary>Exit codes and answers that need neither root nor a lab.</summary>
public sealed class HarnessCommandLineTests
{
    [TestCase("vrify")]
    [TestCase("verify --scenarios oob-sigkill")]
    [TestCase("verify oob-sigkill")]
    [TestCase("verify --repeat 0")]
    [TestCase("verify --repeat -1")]
    [TestCase("verify --repeat 10001")]
    [TestCase("verify --repeat often")]
    [TestCase("verify --lab moon")]
    [TestCase("verify --scenario oob-sigkil")]
    [TestCase("verify --scenario oob-sigkill --scenario OOB-*")]
    [TestCase("verify --firewall")]
    [TestCase("explain")]
    [TestCase("explain oob-sigkil")]
    [TestCase("list everything")]
    [TestCase("serve")]
    [TestCase("serve --script /dev/null --listen 0.0.0.0:1194/udp")]
    [TestCase("serve --script /dev/null --listen 192.0.2.1:1194")]
    [TestCase("serve --script /dev/null --listen 192.0.2.1/udp")]
    [TestCase("serve --script /dev/null --listen 192.0.2.1:65536/tcp")]
    [TestCase("serve --script /dev/null --listen 2001:db8::1:1194/udp")]
    [TestCase("")]
    public async Task A_wrong_command_line_ends_with_64_and_says_what_is_wrong(string arguments)
    {
        var run = await RunAsync(arguments);

        run.ExitCode.Should().Be(64);
        run.Error.Should().StartWith("leakverifier: ");
        run.Output.Should().BeEmpty("standard output is for results");
    }

    [TestCase("verify --scenario oob-sigkil", "oob-sigkil: no scenario is called so; 'leakverifier list' shows them")]
    [TestCase("verify --repeat 0", "--repeat: a number from 1 to 10000")]
    [TestCase("explain oob-sigkil", "oob-sigkil: no scenario is called so; 'leakverifier list' shows them")]
    public async Task A_wrong_value_is_named_with_its_mend(string arguments, string message)
    {
        (await RunAsync(arguments)).Error.Should().Contain(message);
    }

    [TestCase("verify", "--firewall", "")]
    [TestCase("verify", "--json", "")]
    [TestCase("verify", "--junit", "")]
    [TestCase("verify", "--out", "")]
    [TestCase("prove", "--config", "")]
    [TestCase("serve", "--script", "")]
    public async Task An_empty_value_is_a_wrong_one(string verb, string option, string value)
    {
        var run = await HarnessProgram.RunAsync(verb, option, value);

        run.ExitCode.Should().Be(64);
        run.Error.Should().StartWith($"leakverifier: {option}: the value is empty");
    }

    [Test]
    public async Task A_file_is_not_read_as_arguments()
    {
        var run = await RunAsync("verify @/etc/passwd");

        run.ExitCode.Should().Be(64);
        run.Error.Should().Contain("'@/etc/passwd'").And.NotContain("root:");
    }

    [TestCase("env LEAKVERIFIER_SANDBOX=1 {0} list", 0)]
    [TestCase("{0} in-sandbox 1 mnt:[1] list", 64)]
    public async Task Nothing_that_is_given_makes_it_believe_that_it_is_in_its_sandbox(string command, int exitCode)
    {
        (await HarnessProgram.RunInShellAsync(command)).ExitCode.Should().Be(exitCode);

        Directory.Exists("/proc/self").Should().BeTrue();
    }

    [TestCase("{0} list >/dev/full")]
    [TestCase("{0} list --json >/dev/full")]
    [TestCase("{0} explain oob-tun-down >/dev/full")]
    [TestCase("{0} --help >/dev/full")]
    public async Task Results_that_cannot_be_written_are_an_error(string command)
    {
        var run = await HarnessProgram.RunInShellAsync(command);

        run.ExitCode.Should().Be(65);
        run.Error.Should().StartWith("leakverifier: standard output cannot be written: No space left on device");
        run.Error.Should().NotContain("internal");
    }

    [Test]
    public async Task Messages_that_cannot_be_written_change_nothing()
    {
        (await HarnessProgram.RunInShellAsync("{0} explain nope 2>/dev/full")).ExitCode.Should().Be(64);
    }

    [Test]
    public async Task Help_is_no_error()
    {
        var run = await RunAsync("--help");

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("verify").And.Contain("list").And.Contain("explain");
    }

    [Test]
    public async Task List_names_every_scenario_with_what_it_shows()
    {
        var run = await RunAsync("list");

        run.ExitCode.Should().Be(0);
        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should()
            .HaveCount(Harness.Scenarios.ScenarioCatalogue.All.Length)
            .And.Contain(line => line.StartsWith("oob-tun-down ", StringComparison.Ordinal) && line.Contains("set down"));
    }

    [Test]
    public async Task List_as_JSON_has_the_fields_of_every_scenario()
    {
        using var document = JsonDocument.Parse((await RunAsync("list --json")).Output);

        document.RootElement.GetProperty("schema").GetInt32().Should().Be(1);
        var scenarios = document.RootElement.GetProperty("scenarios").EnumerateArray().ToList();
        scenarios.Select(scenario => scenario.GetProperty("id").GetString())
            .Should().Equal(Harness.Scenarios.ScenarioCatalogue.All.Select(scenario => scenario.Id));
        foreach (var scenario in scenarios)
        {
            foreach (var name in new[] { "tunnel", "fault", "shows", "passesIf", "limits" })
            {
                scenario.GetProperty(name).GetString().Should().NotBeNullOrEmpty();
            }

            scenario.GetProperty("leakClasses").GetArrayLength().Should().BePositive();
        }
    }

    [Test]
    public async Task Explain_says_what_a_scenario_shows_when_it_passes_what_must_leak_and_its_limits()
    {
        var run = await RunAsync("explain oob-tun-down");

        run.ExitCode.Should().Be(0);
        run.Output.Should().StartWith("oob-tun-down")
            .And.Contain("Shows").And.Contain("set down, its addresses kept")
            .And.Contain("Passes if").And.Contain("tcp-established").And.Contain("Limits").And.Contain("Leak classes");
    }

    private static Task<HarnessProgram> RunAsync(string arguments)
    {
        return HarnessProgram.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
