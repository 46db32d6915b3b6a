// SPDX-License-Identifier: GPL-3.0-or-later

using System.Xml.Linq;
using LeakVerifier.IntegrationTests.Traffic;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>What is wrong is named, with the exit code of its kind; nothing is left behind.</summary>
public sealed class BadInputTests
{
    private static readonly string[] OneScenario = ["--scenario", "oob-sigkill"];

    [Test]
    public async Task An_up_that_fails_makes_the_scenario_inconclusive_and_its_last_words_are_the_reason()
    {
        using var firewall = TestFirewall.Of("echo 'Error: no such table' >&2; exit 3");

        var run = await RunAsync(firewall);

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-sigkill"].Verdict.Should().Be("inconclusive");
        run.Report["oob-sigkill"].Reason.Should().Be("'up' of the firewall failed with exit code 3: Error: no such table");
    }

    [Test]
    public async Task An_up_that_hangs_makes_the_scenario_inconclusive_and_is_gone_afterwards()
    {
        using var firewall = TestFirewall.Of("sleep 1000");
        var marker = new ProcessMarker();

        var run = await VerifyRun.FinishAsync(VerifyRun.Start(marker, ["--firewall", firewall.Folder, .. OneScenario]));

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-sigkill"].Reason.Should().Be("'up' of the firewall did not return within 15 s");
        await Eventually.HoldsAsync(() => marker.Living().Should().BeEmpty());
    }

    [Test]
    public async Task An_up_that_cannot_be_executed_makes_the_scenario_inconclusive()
    {
        using var firewall = TestFirewall.Of("#!/nowhere/interpreter\n");

        var run = await RunAsync(firewall);

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-sigkill"].Reason.Should().StartWith("'up' of the firewall cannot be started: ");
    }

    [Test]
    public async Task A_daemon_that_up_leaves_behind_holds_nothing_up_and_is_gone_afterwards()
    {
        using var firewall = TestFirewall.Of($"sleep 1000 &\nexec '{TestFirewall.SealedUp}'");
        var marker = new ProcessMarker();

        var process = VerifyRun.Start(marker, ["--firewall", firewall.Folder, .. OneScenario]);
        await Eventually.HoldsAsync(() => marker.Living().Should().Contain(command => command.Contains(" sleep 1000")));
        var run = await VerifyRun.FinishAsync(process);

        run.ExitCode.Should().Be(0, "{0}", run);
        await Eventually.HoldsAsync(() => marker.Living().Should().BeEmpty());
    }

    [Test]
    public async Task Colours_in_the_words_of_up_reach_neither_the_terminal_nor_the_reports()
    {
        using var firewall = TestFirewall.Of("printf '\\033[31mno\\033[0m\\001\\n' >&2; exit 1");
        var junit = Path.Combine(firewall.Folder, "junit.xml");

        var run = await VerifyRun.RunAsync(["--firewall", firewall.Folder, .. OneScenario, "--junit", junit]);

        run.ExitCode.Should().Be(2, "{0}", run);
        XDocument.Load(junit).Descendants("error").Should().NotBeEmpty()
            .And.OnlyContain(error => error.Attribute("message")!.Value.EndsWith("[31mno[0m"));
        run.Report["oob-sigkill"].Reason.Should().Contain("no").And.NotContain("\e").And.NotContain("\u0001");
    }

    [TestCase("nowhere", "no such folder")]
    [TestCase("empty", "has no 'up'")]
    [TestCase("plain", "'up' is not executable; chmod +x")]
    public async Task A_folder_that_is_no_firewall_ends_with_65(string name, string message)
    {
        using var firewall = TestFirewall.Of(null);
        Directory.CreateDirectory(Path.Combine(firewall.Folder, "empty"));
        Directory.CreateDirectory(Path.Combine(firewall.Folder, "plain"));
        await File.WriteAllTextAsync(Path.Combine(firewall.Folder, "plain", "up"), "#!/bin/sh\n");

        var run = await VerifyRun.RunAsync("--firewall", Path.Combine(firewall.Folder, name));

        run.ExitCode.Should().Be(65, "{0}", run);
        run.Error.Should().Contain(message);
        run.Output.Should().BeEmpty();
    }

    [Test]
    public async Task An_unknown_scenario_ends_with_64()
    {
        var run = await VerifyRun.RunAsync("--scenario", "oob-sigkil");

        run.ExitCode.Should().Be(64, "{0}", run);
        run.Error.Should().Contain("oob-sigkil: no scenario is called so");
    }

    [Test]
    public async Task Another_user_than_root_is_told_so_with_77()
    {
        // A copy that everybody may execute, wherever the repository is.
        var folder = Directory.CreateTempSubdirectory("leakverifier-unprivileged-").FullName;
        try
        {
            var program = Path.Combine(folder, "leakverifier");
            File.Copy(VerifyRun.Program, program);
            File.SetUnixFileMode(folder, (UnixFileMode)0x1ED); // 0755
            File.SetUnixFileMode(program, (UnixFileMode)0x1ED);

            var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(
                null, ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", program, "verify"]));

            run.ExitCode.Should().Be(77, "{0}", run);
            run.Error.Should().Contain("run it as root");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("nft", "nft (package nftables)")]
    [TestCase("openvpn", "openvpn (package openvpn")]
    [TestCase("ip", "ip (package iproute2)")]
    public async Task A_program_that_is_missing_is_named_with_its_package_and_69(string missing, string message)
    {
        var folder = Directory.CreateTempSubdirectory("leakverifier-path-").FullName;
        try
        {
            string[] programs = ["nft", "iptables", "openvpn", "ip", "setpriv"];
            foreach (var program in programs.Where(program => program != missing))
            {
                File.CreateSymbolicLink(Path.Combine(folder, program), Find(program));
            }

            var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(
                null, ["env", "PATH=" + folder, VerifyRun.Program, "verify", "--firewall", "none"]));

            run.ExitCode.Should().Be(69, "{0}", run);
            run.Error.Should().Contain(message);
            run.Error.Split(" (package ").Should().HaveCount(2, "only one is missing");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task A_full_disk_is_named_and_a_leak_that_was_seen_stays_one()
    {
        var folder = Directory.CreateTempSubdirectory("leakverifier-full-").FullName;
        try
        {
            // A disk of its own, in a mount namespace that ends with the program.
            var script = $"mount -t tmpfs -o size=200k none {folder} && exec \"$0\" verify --firewall none --scenario oob-sigkill "
                + $"--out {folder}/evidence --json {folder}/report.json";

            var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(null, ["unshare", "--mount", "sh", "-c", script, VerifyRun.Program]));

            run.Output.Should().Contain("none: leak (1 leak)", "{0}", run);
            run.ExitCode.Should().Be(65, "{0}", run);
            run.Error.Should().Contain($"{folder}/report.json: the report cannot be written: No space left on device");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Find(string program)
    {
        string[] folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
        return folders.Select(folder => Path.Combine(folder, program)).First(File.Exists);
    }

    private static Task<VerifyRun> RunAsync(TestFirewall firewall)
    {
        return VerifyRun.RunAsync(["--firewall", firewall.Folder, .. OneScenario]);
    }
}
